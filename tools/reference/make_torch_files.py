#!/usr/bin/python3
"""Writes tests/fixtures/torch: small files of torch.save, good ones and ones that must be refused.

Element i of a tensor is (i + 1) / 3 in the tensor's type, in the order of its storage.
"""
import argparse
import collections
import os
import pickle
import types
import zipfile

import torch
from torch import nn


def thirds(count, dtype=torch.float32):
    return (torch.arange(1, count + 1, dtype=torch.float64) / 3).to(dtype)


def state_dict(prefix=""):
    """One tensor of every kind that is read."""
    tensors = collections.OrderedDict(
        plain=thirds(6).reshape(2, 3), double=thirds(2, torch.float64), half=thirds(3, torch.float16),
        brain=thirds(3, torch.bfloat16), count=torch.tensor(-7), turned=thirds(6).reshape(2, 3).t(),
        part=thirds(8)[2:8:2], none=thirds(0),
        last=thirds(24).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last))
    tensors["again"] = tensors["plain"]
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in tensors.items())


class Command:
    """Runs a command when it is unpickled by a reader that runs what it reads."""

    def __reduce__(self):
        return os.system, ("echo the pickle was run",)


class Negated:
    """Is pickled as PyTorch 2 pickles a negative view, of which PyTorch 1.13 knows nothing."""

    def __reduce__(self):
        function, arguments = thirds(2).__reduce_ex__(2)
        return function, (*arguments, {"neg": True})


class Python2Pickler(pickle._Pickler):  # the one in C lets nobody change how it writes strings
    """Pickles as Python 2.7: strings are bytes, and an OrderedDict is a call with a list of its
    pairs, not one without arguments whose items follow."""

    def reducer_override(self, obj):
        if not isinstance(obj, collections.OrderedDict):
            return NotImplemented
        return collections.OrderedDict, ([[key, obj[key]] for key in obj],), vars(obj) or None

    def save_string(self, obj):
        self.write(pickle.SHORT_BINSTRING + bytes([len(obj)]) + obj.encode())
        self.memoize(obj)

    dispatch = {**pickle._Pickler.dispatch, str: save_string}


def save_by_python2(content, target):
    def dump(obj, file, protocol):
        Python2Pickler(file, protocol).dump(obj)

    module = types.SimpleNamespace(__name__="pickle", Pickler=Python2Pickler, dump=dump)
    torch.save(content, target, pickle_module=module, _use_new_zipfile_serialization=False)


def rewrite(source, target, change, compression=zipfile.ZIP_STORED):
    """Copies an archive; change(name, content) gives an entry's new content, None to leave it out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.infolist():
            content = change(entry.filename, old.read(entry))
            if content is not None:
                new.writestr(zipfile.ZipInfo(entry.filename), content, compression)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="tests/fixtures/torch", help="default %(default)s")
    out = parser.parse_args().out
    os.makedirs(out, exist_ok=True)

    def path(name):
        return os.path.join(out, name)

    old = {"_use_new_zipfile_serialization": False}
    torch.save(state_dict(), path("plain.pth"))
    torch.save(state_dict(), path("legacy.pth"), **old)
    torch.save(state_dict(), path("protocol4.pth"), pickle_protocol=4)
    results = {"epoch": 3, "acc": torch.tensor(91.5), "best": None, "names": ["a", ("b", 2.5)]}
    optimizer = {"state": {0: {"step": 9, "buffer": thirds(4)}}, "param_groups": [{"params": [0]}]}
    torch.save({**results, "optimizer": optimizer, "state_dict": state_dict("module.")},
               path("nested.pth"))
    torch.save({"net": state_dict("module."), **results}, path("nested-legacy.t7"), **old)
    tensors = state_dict()
    tensors._metadata = collections.OrderedDict({"": {"version": 1}})  # as a module's has
    save_by_python2(tensors, path("python2.pth"))
    save_by_python2({"epoch": 3, "state_dict": state_dict("module.")}, path("nested-python2.pth"))
    torch.save({"plain": nn.Parameter(thirds(6).reshape(2, 3))}, path("parameter.pth"))
    whole = {"int": torch.int32, "short": torch.int16, "char": torch.int8, "byte": torch.uint8}
    torch.save({"bool": torch.tensor([False, True]), "plain": thirds(6).reshape(2, 3),
                **{name: torch.tensor([5, 200 if name == "byte" else -7], dtype=whole[name])
                   for name in whole}}, path("whole.pth"))

    torch.save({"state_dict": state_dict(), "more": Command()}, path("bad-command.pth"))
    torch.save({"state_dict": state_dict(), "more": Command()}, path("bad-command-legacy.pth"), **old)
    torch.save({"state_dict": state_dict(), "more": Command()}, path("bad-command-protocol4.pth"),
               pickle_protocol=4)
    torch.save(nn.Linear(2, 2), path("bad-module.pth"))
    torch.save({"epoch": 3}, path("bad-nothing.pth"))
    torch.save({"plain": thirds(2), "epoch": 3}, path("bad-entry.pth"))
    torch.save({"plain": thirds(4)}, path("one.pth"))
    torch.save({"plain": thirds(1).expand(1000, 1000)}, path("bad-expanded.pth"))
    torch.save({"plain": Negated()}, path("bad-negated.pth"))
    shape = b"K\x04\x85"  # the tuple (4,)
    rewrite(path("one.pth"), path("bad-shape.pth"),
            lambda name, content: content.replace(shape, b"K\x05\x85"))
    rewrite(path("one.pth"), path("bad-short.pth"),
            lambda name, content: content[:12] if name.endswith("data/0") else content)
    rewrite(path("one.pth"), path("bad-missing.pth"),
            lambda name, content: None if name.endswith("data/0") else content)
    rewrite(path("one.pth"), path("bad-pickle.pth"),
            lambda name, content: None if name.endswith("data.pkl") else content)
    rewrite(path("one.pth"), path("bad-compressed.pth"), lambda name, content: content,
            zipfile.ZIP_DEFLATED)
    rewrite(path("one.pth"), path("bad-order.pth"), lambda name, content: content)
    with zipfile.ZipFile(path("bad-order.pth"), "a") as archive:
        archive.writestr("one/byteorder", "big")


if __name__ == "__main__":
    main()
