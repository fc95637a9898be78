#!/usr/bin/python3
"""Compares the program's logits, gradients and products of the Hessian of networks in ONNX files with
PyTorch's, which exported them.

Each architecture, and the networks of onnx_networks.py, are exported with batch
norm folded into the convolutions, with batch norm as it is, and for batches of any size. Logits are held
against PyTorch's in double precision, within a tolerance or twice what PyTorch's in float are off by. Exit
status 0 if everything is within tolerance."""
import argparse
import os
import tempfile

import torch

import check_curvature
import check_model
import compare
import images
import models
import onnx_networks
import probe

GRADIENT_TOLERANCE = 1e-4
HESSIAN_TOLERANCE = 1e-4
WAYS = {
    "folded": {},
    "with batch norm": {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False},
    "any batch": {"input_names": ["image"], "dynamic_axes": {"image": {0: "batch"}}},
}


torch.onnx.register_custom_op_symbolic(
    "aten::gelu", lambda graph, x, approximate: graph.op("Gelu", x, approximate_s=approximate.node().s("value")),
    onnx_networks.LATER_OPSET)


def export(network, pixels, path, way):
    """Writes the network as an ONNX file, in one of WAYS."""
    opset = getattr(network, "opset", onnx_networks.OPSET)
    try:
        torch.onnx.export(network, pixels[:1], path, opset_version=opset, **WAYS[way])
    except torch.onnx.CheckerError:  # which does not know Gelu; the file is complete
        if opset < onnx_networks.LATER_OPSET:
            raise


def of_torchvision(arch, pixels):
    """With random weights and the statistics of these images."""
    torch.manual_seed(1)
    network = models.create(arch).eval()
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout) or type(module).__name__ == "StochasticDepth":
            module.p = 0  # the program passes it over
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            module.weight.data.normal_(0, 0.1)  # the last of vision transformers
        if hasattr(module, "layer_scale"):
            module.layer_scale.data.uniform_(0.2, 0.5)  # they begin near 0
    for norm in norms:
        norm.momentum = 1
        norm.train()
    with torch.no_grad():
        network(pixels)
    for norm in norms:
        norm.momentum = 0.1
    return network


def networks(archs, path, count):
    for arch in archs:
        if arch.startswith(models.TORCHVISION):
            yield arch, of_torchvision(arch, images.load(models.data_of(arch), count, path[0])[0])
            continue
        probe.make(path[0], arch, 7, path[1])
        yield arch, models.load(path[1])[0]
    yield from onnx_networks.all_of()


def gradient(network, pixels, labels):
    """{name: gradient} of a batch."""
    network.train()
    network.zero_grad()
    torch.nn.functional.cross_entropy(network(pixels), labels).backward()
    network.eval()
    return {name: p.grad.double() for name, p in network.named_parameters() if p.grad is not None}


def gradient_errors(network, program, path, data, count=8):
    """How far the gradient of a batch, all tensors together, is from PyTorch's in double precision: ours, and
    PyTorch's in float."""
    found, _ = probe.gradient(program, path, data, count)
    pixels, labels = images.load(data, count, program)
    wanted = gradient(models.in_double(network), pixels.double(), labels)
    own = gradient(network, pixels, labels)
    return check_curvature.distance(found, wanted), check_curvature.distance(own, wanted)


def hessian_error(network, program, path, data, count=4):
    """How far the Hessian times the weights, all together, is from PyTorch's."""
    pixels, labels = images.load(data, count, program)
    exact = models.in_double(network)
    exact.whole = False
    exact.requires_grad_(True)
    vector = {name: p.detach() for name, p in exact.named_parameters()}
    wanted, _ = check_curvature.product(exact, pixels, labels, vector)
    found, _ = probe.curvature(program, path, data, count, path)
    return check_curvature.distance(found, wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("archs", nargs="*", help="ours, or torchvision:NAME", default=[
        "resnet20", "resnet20-noshort", "vgg9", "densenet-bc-40-12", "resnet50", "unet",
        *(models.TORCHVISION + name for name in (
            "mobilenet_v2", "mobilenet_v3_small", "mnasnet1_0", "squeezenet1_1", "resnext50_32x4d",
            "convnext_tiny", "shufflenet_v2_x1_0", "vit_b_16", "segmentation.lraspp_mobilenet_v3_large"))])
    parser.add_argument("--images", type=int, default=20, metavar="N", help="default %(default)s")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    verdict = compare.Verdict()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "network.onnx")
        made = os.path.join(directory, "made.safetensors")
        for name, network in networks(a.archs, (a.probe, made), a.images):
            network.eval()
            data = models.data_of(name)
            pixels, _ = images.load(data, a.images, a.probe)
            wanted = check_model.logits(models.in_double(network), pixels)
            own_error = check_model.worst_image(check_model.logits(network, pixels), wanted)[0]
            for way in WAYS:
                export(network, pixels, path, way)
                found = probe.logits(a.probe, path, data, a.images)
                verdict.check(f"{name}, {way}", check_model.worst_image(found, wanted)[0],
                              max(a.tolerance, 2 * own_error))
            if name in models.ARCHITECTURES:
                continue
            export(network, pixels, path, "with batch norm")
            if name not in a.archs:
                verdict.check(f"{name}, Hessian", hessian_error(network, a.probe, path, data),
                              HESSIAN_TOLERANCE)
            error, own_error = gradient_errors(network, a.probe, path, data)
            verdict.check(f"{name}, gradient", error, max(GRADIENT_TOLERANCE, 2 * own_error))
    verdict.exit()


if __name__ == "__main__":
    main()
