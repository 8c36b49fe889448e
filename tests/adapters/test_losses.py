"""Which loss is used where none is given, and whether it is the mean."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import collect_sgn
from adapters.torch.losses import default_loss
from stablefit import DataError

pytestmark = pytest.mark.adapters


class Returns(nn.Module):
    """A model that returns what it is given."""

    def __init__(self, output):
        super().__init__()
        self.output = output

    def forward(self, *args, **kwargs):
        return self.output


LOGITS = torch.tensor([[0.0, 1.0, 2.0], [2.0, 0.0, 0.0]])
CLASSES = torch.tensor([2, 0])


@pytest.mark.parametrize(
    ("output", "batch", "expected", "rule"),
    [
        (LOGITS, (LOGITS, CLASSES), functional.cross_entropy(LOGITS, CLASSES), "cross_entropy"),
        (LOGITS, [LOGITS, CLASSES.to(torch.uint8)], functional.cross_entropy(LOGITS, CLASSES), "cross_entropy"),
        (LOGITS, (LOGITS, LOGITS + 3), torch.tensor(9.0), "mse"),
        (LOGITS[:, :1], (LOGITS, LOGITS[:, 0] + 2), torch.tensor(4.0), "mse"),
        (SimpleNamespace(logits=LOGITS), (LOGITS, CLASSES), functional.cross_entropy(LOGITS, CLASSES), "cross_entropy"),
        (SimpleNamespace(loss=torch.tensor(7.0)), (LOGITS, CLASSES), torch.tensor(7.0), "output.loss"),
        # Targets keep their precision beside a coarse output.
        (LOGITS.bfloat16(), (LOGITS, LOGITS + 1.001), torch.tensor(1.001**2), "mse"),
        ({"loss": torch.tensor(7.0)}, {"x": LOGITS}, torch.tensor(7.0), "output.loss"),
        (SimpleNamespace(loss=torch.tensor(7.0)), LOGITS, torch.tensor(7.0), "output.loss"),
        # Classes last, as in language models, and classes in dimension 1, as in segmentation.
        (LOGITS[None], (LOGITS, CLASSES[None]), functional.cross_entropy(LOGITS, CLASSES), "cross_entropy"),
        (LOGITS.T[None], (LOGITS, CLASSES[None]), functional.cross_entropy(LOGITS, CLASSES), "cross_entropy"),
    ],
)
def test_the_form_of_batch_and_output_decides(output, batch, expected, rule):
    loss, found = default_loss(Returns(output), batch)
    assert found == rule
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)  # float32


@pytest.mark.parametrize(
    ("output", "batch", "message"),
    [
        (LOGITS, LOGITS, r"batch must be \(inputs, targets\) .* got Tensor; pass loss_fn"),
        (LOGITS, (LOGITS, CLASSES, CLASSES), r"got tuple of 3; pass loss_fn"),
        (LOGITS, {"x": LOGITS}, r"or the model's output have a `loss`, got dict; pass loss_fn"),
        (LOGITS, "text", r"got str; pass loss_fn"),
        ((LOGITS,), (LOGITS, CLASSES), r"output must be a tensor or have a `loss`, got tuple; pass loss_fn"),
        (LOGITS, (LOGITS, CLASSES > 0), r"targets must be integers or real numbers, got torch\.bool"),
        (
            LOGITS[:, 0],
            (LOGITS, CLASSES),
            r"fit targets of shape \(2,\) and torch\.int64, got an output of shape \(2,\)",
        ),
        (LOGITS, (LOGITS, LOGITS[:, 0]), r"fit targets of shape \(2,\) and torch\.float32, got .* shape \(2, 3\)"),
    ],
)
def test_what_does_not_decide_asks_for_a_loss(output, batch, message):
    with pytest.raises(ValueError, match=message):
        default_loss(Returns(output), batch)


def test_the_loss_is_recorded(make_case):
    options = {"n_batches": 1, "progress": False}
    case = make_case("mlp")
    assert collect_sgn(case.model, case.loader, **options).metadata["loss"] == "cross_entropy"
    assert collect_sgn(case.model, case.loader, case.loss, **options).metadata["loss"].endswith(".plain_loss")
    own = make_case("own_loss")
    assert collect_sgn(own.model, own.loader, **options).metadata["loss"] == "output.loss"
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    regression = DataLoader(TensorDataset(x, x.sum(dim=1)), batch_size=4)
    assert collect_sgn(nn.Linear(2, 1), regression, **options).metadata["loss"] == "mse"


def summed(model, batch):
    return functional.cross_entropy(model(batch[0]), batch[1], reduction="sum")


@pytest.mark.parametrize("sampling", ["replacement", "loader"])
def test_a_sum_is_not_a_mean(make_case, name, sampling):
    case = make_case(name)

    def loss_fn(model, batch):
        return case.loss(model, batch) * len(next(iter(batch.values())) if isinstance(batch, dict) else batch[0])

    with pytest.raises(
        ValueError, match=r"must return the MEAN loss .* multiplied by 2 when every example is repeated"
    ):
        collect_sgn(case.model, case.loader, loss_fn, sampling=sampling, progress=False)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("sampling", ["replacement", "loader"])
@pytest.mark.filterwarnings("ignore:parameters of torch.bfloat16")
def test_a_mean_is_checked_in_every_precision(make_case, name, sampling, dtype):
    case = make_case(name, dtype=dtype)
    sgn = collect_sgn(
        case.model, case.loader, case.loss_fn, n_batches=1, sampling=sampling, mode="eval", progress=False
    )
    assert sgn.metadata["mean_loss"] == "checked"


def test_the_check_says_when_it_could_not_be_made(make_case):
    case = make_case("mlp")
    dead = collect_sgn(case.model, case.loader, lambda m, b: 0.0 * case.loss(m, b), n_batches=1, progress=False)
    assert dead.metadata["mean_loss"] == "not checked: the observed gradients of the first batch are 0"

    def random_loss(model, batch):
        return case.loss(model, batch) * torch.rand(())

    varying = collect_sgn(case.model, case.loader, random_loss, n_batches=1, progress=False)
    assert varying.metadata["mean_loss"] == "not checked: the loss of one batch varies"

    def refuses(model, batch):
        x, y = batch
        return functional.cross_entropy(model(x[0]), y)

    x, y = next(iter(case.loader))
    batches = [((x.expand(3, 8, 4), ["name"]), y)] * 2  # the first tensor's leading dimension is not the batch's

    def odd_loss(model, batch):
        (x, _), y = batch
        return functional.cross_entropy(model(x[0]), y)

    odd = collect_sgn(case.model, batches, odd_loss, n_batches=1, sampling="loader", progress=False)
    assert odd.metadata["mean_loss"] == "checked"  # repeating x changes nothing in it


def test_a_model_that_refuses_repeated_examples_is_told_not_stopped(make_case):
    case = make_case("mlp")
    batches = list(case.loader)[:2]

    def wants_eight_targets(model, batch):
        x, y, number = batch
        if len(x) == 8 and number == 8:
            return functional.cross_entropy(model(x), y)
        raise RuntimeError("eight examples, please")

    # The first half of eight examples, twice, is eight again; the half alone is refused before that.
    with pytest.raises(RuntimeError, match="eight examples, please"):
        collect_sgn(case.model, [(x, y, 8) for x, y in batches], wants_eight_targets, sampling="loader", progress=False)

    def wants_no_repetition(model, batch):
        x, y = batch
        if len(x) > 1 and torch.equal(x[: len(x) // 2], x[len(x) // 2 :]):
            raise RuntimeError("no repetition, please")
        return functional.cross_entropy(model(x), y)

    sgn = collect_sgn(case.model, batches, wants_no_repetition, n_batches=2, sampling="loader", progress=False)
    assert sgn.metadata["mean_loss"].endswith("(no repetition, please)")
    with pytest.raises(RuntimeError, match="no repetition"):
        collect_sgn(case.model, case.loader, wants_no_repetition, n_batches=2, progress=False)


@pytest.mark.parametrize(
    ("loss_fn", "message"),
    [
        (lambda m, b: functional.cross_entropy(m(b[0]), b[1], reduction="none"), r"scalar .* tensor of shape \(4,\)"),
        (lambda m, b: functional.cross_entropy(m(b[0]), b[1]).item(), "scalar mean loss, got float"),
        (lambda m, b: functional.cross_entropy(m(b[0]), b[1]).detach(), "got one without a graph; do not detach it"),
    ],
)
def test_what_is_no_loss_raises(make_case, loss_fn, message):
    case = make_case("mlp")
    with pytest.raises(ValueError, match=message):
        collect_sgn(case.model, case.loader, loss_fn, progress=False)


@pytest.mark.parametrize("criterion", [nn.CrossEntropyLoss(), functional.cross_entropy, "mse"])
def test_a_criterion_is_not_a_loss_of_model_and_batch(make_case, criterion):
    case = make_case("mlp")
    with pytest.raises(
        TypeError, match=r"must be a function of \(model, batch\), got \w+; write lambda model, batch: crit"
    ):
        collect_sgn(case.model, case.loader, criterion, progress=False)


def test_a_loss_that_is_not_finite_raises(make_case):
    case = make_case("mlp")
    with torch.no_grad():
        case.model[0].weight[0, 0] = float("nan")
    with pytest.raises(DataError, match="the loss of the first batch must be finite, got nan"):
        collect_sgn(case.model, case.loader, progress=False)


def test_constant_factor_of_the_loss_scales_the_noise(make_case):
    case = make_case("mlp")
    one = collect_sgn(case.model, case.loader, n_batches=3, progress=False)
    three = collect_sgn(case.model, case.loader, lambda m, b: 3 * case.loss(m, b), n_batches=3, progress=False)
    np.testing.assert_allclose(three.samples, 3 * one.samples, rtol=1e-9, atol=1e-14)
