#!/usr/bin/python3
"""Takes the place of tools/probe.c in PyTorch, to test the checks themselves (selftest.sh).

FAKE_PROBE_NOISE=1e-2 puts so much relative noise on every number it writes."""
import os
import sys

import torch

import check_gradient
import check_model
import check_steps
import images as image_data
import models
import safetensors_io


def noisy(tensor):
    """The tensor with relative noise on every number."""
    amount = float(os.environ.get("FAKE_PROBE_NOISE", "0"))
    generator = torch.Generator().manual_seed(3)
    return tensor * (1 + amount * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype))


def get_images(spec, count):
    """Images of "synthetic" are noise with a bright square that moves with the label."""
    if spec != "synthetic":
        return image_data.load(spec, count, None)
    labels = torch.arange(count) * 7 % 10
    pixels = torch.empty(count, 3, 32, 32)
    for i, label in enumerate(labels.tolist()):
        pixels[i].normal_(generator=torch.Generator().manual_seed(i))
        pixels[i, :, 3 * label:3 * label + 5, 10:20] += 1
    return pixels, labels


def main():
    if len(sys.argv) < 5:
        raise SystemExit(f"{__doc__}\nIts arguments are those of tools/probe.c.")
    command, *rest = sys.argv[1:]
    torch.manual_seed(0)
    torch.set_num_threads(1)
    if command == "make":
        arch, seed, path = rest
        torch.manual_seed(int(seed))
        network = models.randomise(models.create(arch), int(seed))
        safetensors_io.save(path, network.state_dict(), {"arch": arch})
    elif command == "images":
        spec, count, path = rest
        pixels, labels = get_images(spec, int(count))
        noisy(pixels).permute(0, 2, 3, 1).contiguous().numpy().astype("<f4").tofile(path)
        labels.numpy().astype("<u2").tofile(path + ".labels")
        print(*pixels.shape[2:], labels[0].numel())
    elif command == "steps":
        model, spec, batch, count, path = rest[:5]
        recipe = tuple(map(float, rest[5:])) or (0.1, 0.9, 5e-4)
        network, _ = models.load(model)
        pixels, labels = get_images(spec, int(batch) * int(count))
        losses = check_steps.losses(network, pixels, labels, int(batch), recipe)
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{x:.9g}\n" for x in noisy(torch.tensor(losses)).tolist())
    else:
        model, spec, count, path = rest
        network, _ = models.load(model)
        pixels, labels = get_images(spec, int(count))
        if command == "logits":
            values = check_model.logits(network, pixels)
            noisy(values).numpy().astype("<f4").tofile(path)
        else:
            gradients, loss = check_gradient.gradient(network, pixels, labels)
            tensors = {name: noisy(tensor) for name, tensor in gradients.items()}
            safetensors_io.save(path, tensors, {"loss": loss})


if __name__ == "__main__":
    main()
