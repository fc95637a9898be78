"""Serves the loss of a network of yours to `landscape scan --evaluator`.

With PyTorch, evaluate.py is

    from landscape_evaluator import serve_torch
    serve_torch(model, batches)

where `model` is a torch.nn.Module and `batches` what its loss is the mean over: a DataLoader that does not
shuffle, or a list of (inputs, targets). With anything else it is

    from landscape_evaluator import serve
    serve(loss)

where loss({name: numpy array, ...}) returns the loss, or (loss, accuracy in percent), or (loss, accuracy,
standard error of the loss). Before they are called, print to stderr only. Both take facts for the surface's record: name="MyNet", data="MyData",
split="test", samples=10000, loss_name="hinge". What is said between the two is described in docs/evaluator.md.
"""
import json
import math
import os
import sys
import traceback

import numpy


def _say(out, answer):
    """Writes a line of JSON, which has no word for what is not a finite number but null."""
    for key, value in answer.items():
        if isinstance(value, float) and not math.isfinite(value):
            answer[key] = None
    out.write(json.dumps(answer) + "\n")
    out.flush()


def _tensors(specification, values):
    """The values as named arrays of their shapes, which share the values' memory."""
    tensors, at = {}, 0
    for tensor in specification:
        count = math.prod(tensor["shape"])
        tensors[tensor["name"]] = values[at : at + count].reshape(tensor["shape"])
        at += count
    return tensors


def _answer(result):
    if not isinstance(result, (tuple, list)):
        result = (result,)
    return {key: float(value) for key, value in zip(("loss", "accuracy", "loss_error"), result)}


def _fill(source, buffer):
    """Fills the buffer from the source; False at its end."""
    view, at = memoryview(buffer).cast("B"), 0
    while at < len(view):
        count = source.readinto(view[at:])
        if not count:
            return False
        at += count
    return True


def serve(loss, check=None, name=None, data=None, split=None, samples=None, loss_name=None):
    """Answers with loss(tensors) until there is no more to ask. check({name: shape, ...}), if given, is
    called first; what either raises ends the scan with its message."""
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anybody prints is no answer
    facts = {"name": name, "data": data, "split": split, "samples": samples, "loss": loss_name}
    try:
        greeting = json.loads(source.readline())
        if greeting["landscape"] != 1:
            raise ValueError("this landscape_evaluator.py is of another version than landscape")
        if check:
            check({tensor["name"]: tuple(tensor["shape"]) for tensor in greeting["tensors"]})
        counts = (math.prod(tensor["shape"]) for tensor in greeting["tensors"])
        values = numpy.empty(sum(counts), dtype="<f4")
        _say(out, {"ready": True, **{key: fact for key, fact in facts.items() if fact is not None}})
        while _fill(source, values):
            _say(out, _answer(loss(_tensors(greeting["tensors"], values))))
    except (BrokenPipeError, ConnectionResetError):
        os.dup2(2, out.fileno())  # the scan has ended; what is buffered has nowhere to go
        sys.exit(1)
    except Exception as reason:
        traceback.print_exc()
        _say(out, {"error": f"{type(reason).__name__}: {reason}"})
        sys.exit(1)


def serve_torch(model, batches, loss=None, device="cpu", **facts):
    """Answers with the mean over all batches of loss(outputs, targets), by default the cross-entropy, of the
    model in evaluation mode. A loss that is a value for each sample gives a standard error, too."""
    import torch

    state = model.to(device).eval().state_dict()
    if loss is None:
        facts.setdefault("loss_name", "cross-entropy")

        def loss(outputs, targets):
            return torch.nn.functional.cross_entropy(outputs, targets, reduction="none")

    def check(shapes):
        for name, shape in shapes.items():
            if name not in state:
                raise KeyError(f"the model has no tensor '{name}'")
            if tuple(state[name].shape) != shape:
                raise ValueError(f"'{name}' is {shape} in the file, {tuple(state[name].shape)} in the model")
        missing = [name for name, tensor in state.items() if torch.is_tensor(tensor)
                   and tensor.is_floating_point() and tensor.numel() and name not in shapes]
        if missing:
            raise KeyError(f"the file has no tensor '{missing[0]}'")

    @torch.inference_mode()
    def evaluate(tensors):
        for name, values in tensors.items():
            state[name].copy_(torch.from_numpy(values))
        total = squares = right = 0.0
        count, each, classes = 0, True, True
        for inputs, targets in batches:
            outputs, targets = model(inputs.to(device)), targets.to(device)
            losses = loss(outputs, targets).double()
            size = len(targets)
            each = each and losses.ndim == 1
            classes = (classes and torch.is_tensor(outputs) and outputs.ndim == 2 and outputs.shape[1] > 1
                       and targets.ndim == 1 and not targets.is_floating_point())
            total += float(losses.sum() if each else losses.mean() * size)
            squares += float(losses.square().sum()) if each else 0.0
            right += float((outputs.argmax(1) == targets).sum()) if classes else 0.0
            count += size
        if count == 0:
            raise ValueError("the batches are empty; they must be something that can be gone through again")
        mean = total / count
        error = -1.0
        if each and count > 1:
            error = math.sqrt(max(squares - total * mean, 0.0) / (count - 1) / count) if math.isfinite(mean) else mean
        return mean, 100 * right / count if classes else -1.0, error

    serve(evaluate, check, **facts)
