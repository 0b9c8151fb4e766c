"""What a processor and its system are asked for, so that training takes half the time."""

from __future__ import annotations

import ctypes

import torch


def multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself, which takes half to two thirds of the time of float32."""
    known = torch.cpu.get_capabilities()
    return not torch.cuda.is_available() and bool(known.get("amx_bf16") or known.get("avx512_bf16"))


def keep_freed_memory() -> None:
    """Have glibc keep memory that is freed; elsewhere do nothing.

    Handed back to the system and taken anew at each step, gradients cost more than half of the time on a CPU.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # malloc.h
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 2**28)
    mallopt(mmap_max, 0)
