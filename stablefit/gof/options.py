"""Checks of the options that tests share."""


def check_correction(name: str, method: str | None) -> None:
    """ValueError unless there is such a correction for the number of tests."""
    if method not in ("bh", "by", None):
        raise ValueError(f"{name} must be one of bh, by, None, got {method!r}")


def check_level(level: float) -> None:
    """ValueError unless it is a probability of a false alarm."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie in (0, 1), got {level}")


def check_count(name: str, count: int, least: int = 1) -> None:
    """ValueError unless something can be done so often."""
    if count != int(count) or count < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {count}")
