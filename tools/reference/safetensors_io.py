"""Reads and writes safetensors files: named tensors with a table of strings beside them.

A file is an 8-byte little-endian length, that many bytes of JSON, then the tensors' bytes. The JSON
maps each name to its dtype, shape and [begin, end) within the bytes; "__metadata__" maps strings to
strings. See https://github.com/huggingface/safetensors#format.
"""
import json
import math
import struct
from collections import OrderedDict

import torch

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def load(path):
    """Returns (OrderedDict of tensors in the order of their bytes, dict of metadata)."""
    with open(path, "rb") as file:
        content = file.read()
    if len(content) < 8:
        raise ValueError(f"{path}: too short for a safetensors file")
    length, = struct.unpack("<Q", content[:8])
    if length > len(content) - 8:
        raise ValueError(f"{path}: the header of {length} bytes reaches beyond the file")
    header = json.loads(content[8:8 + length])
    metadata = header.pop("__metadata__", {})
    data = memoryview(content)[8 + length:]
    tensors = OrderedDict()
    position = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        if begin != position or not begin <= end <= len(data):
            raise ValueError(f"{path}: '{name}' does not follow the tensor before it")
        position = end
        tensors[name] = _tensor(path, name, entry, data[begin:end])
    if position != len(data):
        raise ValueError(f"{path}: {len(data) - position} bytes belong to no tensor")
    return tensors, metadata


def _tensor(path, name, entry, data):
    dtype, shape = DTYPES[entry["dtype"]], entry["shape"]
    size = torch.empty((), dtype=dtype).element_size() * math.prod(shape)
    if len(data) != size:
        raise ValueError(f"{path}: '{name}' has {len(data)} bytes, its shape {shape} needs {size}")
    if not size:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)


def save(path, tensors, metadata=None):
    """Writes the tensors in the order of the mapping."""
    header = {"__metadata__": {str(k): str(v) for k, v in metadata.items()}} if metadata else {}
    blobs = []
    position = 0
    for name, tensor in tensors.items():
        blob = _bytes(tensor)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [position, position + len(blob)]}
        blobs.append(blob)
        position += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def _bytes(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    if not flat.numel():
        return b""
    return flat.view(torch.uint8).numpy().tobytes()
