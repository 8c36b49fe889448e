"""Tables 1 and 3: four residual networks on a set of images, trained, their noise collected, laws compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from findings import write_findings
from goodness import MEASURES, Row, compare_row, draw_rows, law_finding, pair_finding, shared_setting, table_of
from images import Labelled, read_images
from observed import noise_of
from options import Options, read_options
from resnet import PAPER, REDUCED, TINY, Architecture
from training import Course, Trained, course, leave_cores_to_others, train

from adapters.torch import SGN


@dataclass(frozen=True)
class Size:
    """How much work to do.

    Attributes
    ----------
    networks : dict
        Network for each row of the table.
    pixels, limit
        Of the images; see `read_images`.
    steps : Course
        How they are trained.
    augment : bool
        Whether training images are shifted and mirrored.
    batches, batch_size, k
        Mini-batches, their size, and parameters whose noise is kept.
    """

    networks: dict[str, Architecture]
    pixels: int
    limit: int | None
    steps: Course
    augment: bool
    batches: int
    batch_size: int
    k: int


SIZES = {
    "smoke": Size(TINY, 8, 400, course(2, 0.1, 64), False, 100, 32, 8),
    "small": Size(REDUCED, 16, None, course(10, 0.1, 128, (8,)), False, 1000, 64, 100),
    "full": Size(PAPER, 32, None, course(200, 0.1, 128, (100, 150)), True, 2000, 400, 100),
}
"""The small preset's mini-batches are the same share of its images as the paper's 400 of 50,000."""


def images_for(which: str, size: Size, options: Options) -> Labelled:
    """Return the images of a preset: the paper's set in full, else the subset of CIFAR-10."""
    name = which if options.preset == "full" else "subset"
    return read_images(
        options.data, name, pixels=size.pixels, limit=size.limit, device=options.device, seed=options.seed
    )


def trained_resnet(key: str, data: Labelled, size: Size, options: Options) -> Trained:
    """Return the network of one row after its course."""
    network = size.networks[key]
    return train(lambda: network.build(data.classes), network.name, data, size.steps, options, augment=size.augment)


def observed_resnet(key: str, data: Labelled, size: Size, options: Options) -> tuple[Trained, SGN]:
    """Return the network of one row, and the noise of its parameters."""
    trained = trained_resnet(key, data, size, options)
    return trained, noise_of(trained, data, options, batches=size.batches, batch_size=size.batch_size, k=size.k)


def resnet_row(key: str, data: Labelled, size: Size, options: Options) -> Row:
    """Return one row of the table."""
    name = size.networks[key].name
    trained, noise = observed_resnet(key, data, size, options)
    return compare_row(name, f"{name} ({trained.accuracy[-1]:.0%} right)", noise, options)


def make_table(
    name: str, which: str, sizes: Mapping[str, Size], about: str | None, arguments: Sequence[str] | None
) -> None:
    """Make Table 1 or 3."""
    options = read_options(about, sizes, arguments)
    size = sizes[options.preset]
    leave_cores_to_others(options)
    data = images_for(which, size, options)
    rows = {key: resnet_row(key, data, size, options) for key in size.networks}
    findings = [pair_finding(f"{name}/{key}", row, measure) for key, row in rows.items() for measure in MEASURES]
    setting = (
        f"Four residual networks on {data.name}, in place of {which}: {len(size.steps)} epochs of plain SGD, then "
        f"{size.batches:,} mini-batches of {size.batch_size}, drawn with replacement, of {size.k} parameters; "
        f"BatchNorm frozen. {shared_setting(rows)}"
    )
    if options.preset == "full" and options.data is not None:
        setting = setting.replace(f", in place of {which}", "")
    findings.append(law_finding(f"{name}/stable", rows))
    write_findings(name, options, table_of(rows), draw_rows(rows), findings, setting, made_up=options.data is None)
