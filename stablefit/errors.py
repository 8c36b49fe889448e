"""The errors and warnings that stablefit raises about data, as opposed to programming errors."""


class DataError(ValueError):
    """The samples cannot be used: nan, inf, constant, too few, or not numbers."""


class StoreError(DataError):
    """A stored result is damaged, of an unknown version, or not one of ours."""


class StablefitWarning(UserWarning):
    """A number was returned, with a doubt that its flags describe."""
