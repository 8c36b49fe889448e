"""Table 2: how well Gaussian and stable laws fit the gradient noise of a transformer on CoLA, at batch sizes 8 and 32.

BERT base in full, from the folder bert-base-uncased of the data; a small transformer trained from random weights in the
small preset.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bert import fine_tuned_bert
from cola import read_cola
from findings import write_findings
from goodness import MEASURES, compare_row, draw_rows, law_finding, pair_finding, shared_setting, table_of
from images import Labelled
from observed import noise_of
from options import Options, read_options
from training import Course, Trained, course, leave_cores_to_others, train
from transformer import REDUCED, TINY, Encoder

from adapters.torch import SGN

BATCH_SIZES = (8, 32)


@dataclass(frozen=True)
class Size:
    """How much work to do.

    Attributes
    ----------
    network : Encoder or None
        The small transformer; None for BERT base.
    limit : int, optional
        Training sentences at most.
    steps : Course
        How it is trained: by Adam from random weights, as BERT itself was before it was tuned; BERT by plain SGD.
    batches, k
        Mini-batches and parameters whose noise is kept.
    """

    network: Encoder | None
    limit: int | None
    steps: Course
    batches: int
    k: int


SIZES = {
    "smoke": Size(TINY, 200, course(2, 0.001, 32), 100, 8),
    "small": Size(REDUCED, None, course(8, 0.001, 64), 1000, 120),
    "full": Size(None, None, course(4, 0.02, 32), 2000, 120),
}


def trained_transformer(options: Options) -> tuple[str, Trained, Labelled]:
    """Return the name of the network, the network after its course, and its sentences."""
    size = SIZES[options.preset]
    if size.network is None:
        return fine_tuned_bert(options, size.steps)
    data = read_cola(options.data, limit=size.limit, device=options.device, seed=options.seed)
    words, network = int(data.x.max()) + 1, size.network
    trained = train(lambda: network.build(words, data.classes), network.name, data, size.steps, options, by="adam")
    return network.name, trained, data


def observed_transformer(trained: Trained, data: Labelled, batch_size: int, options: Options) -> SGN:
    """Return the noise of parameters outside the embeddings: most words are absent from most mini-batches."""
    size = SIZES[options.preset]
    names = [name for name, _ in trained.model.named_parameters() if not is_embedding(name)]
    return noise_of(trained, data, options, batches=size.batches, batch_size=batch_size, k=size.k, params=names)


def is_embedding(name: str) -> bool:
    """Tell whether a parameter belongs to an embedding."""
    return "embeddings" in name or name.startswith(("words.", "places."))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, collect, compare, write."""
    options = read_options(__doc__, SIZES, arguments)
    size = SIZES[options.preset]
    leave_cores_to_others(options)
    name, trained, data = trained_transformer(options)
    about = f"{name} ({trained.accuracy[-1]:.0%} right, {most_frequent(data):.0%} by the most frequent class)"
    rows = {
        str(batch_size): compare_row(
            f"batch {batch_size}", about, observed_transformer(trained, data, batch_size, options), options
        )
        for batch_size in BATCH_SIZES
    }
    findings = [pair_finding(f"table2/{key}", row, measure) for key, row in rows.items() for measure in MEASURES]
    setting = (
        f"A {name} on {data.name}: {len(size.steps)} epochs, then {size.batches:,} mini-batches, drawn with "
        f"replacement, of {size.k} parameters outside the embeddings, whose noise is 0 in most mini-batches; nothing "
        f"dropped. {shared_setting(rows)}"
    )
    findings.append(law_finding("table2/stable", rows))
    write_findings("table2", options, table_of(rows), draw_rows(rows), findings, setting, made_up=options.data is None)


def most_frequent(data: Labelled) -> float:
    """Return the share of the validation set that its most frequent class has."""
    share = float(data.y_test.float().mean())
    return max(share, 1.0 - share)


if __name__ == "__main__":
    main()
