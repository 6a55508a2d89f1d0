"""Torch's own generators of random numbers, from which Keras there takes dropout that has no seed.

With a seed, and on the other backends, variables of the layers say which numbers come next.
"""

from pipekeras._keras import keras

__all__: list[str] = []


def generators():
    """Where torch's generators have come to: an array for the CPU, and one for each GPU; none on other backends."""
    if keras.backend.backend() != "torch":
        return []
    import torch

    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return [state.numpy() for state in (torch.get_rng_state(), *devices)]


def set_generators(held):
    """Let torch's generators go on from what generators() gave; where it gave nothing they stay as they are."""
    if not held or keras.backend.backend() != "torch":
        return
    import torch

    own, *devices = map(torch.from_numpy, held)
    torch.set_rng_state(own)
    if devices and len(devices) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(devices)
