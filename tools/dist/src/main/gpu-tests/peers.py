"""What the ops cost a PyTorch user, eager and under torch.compile, for the table of CudaKernelChecks --time --peers=FILE.

Usage: peers.py FILE [DTYPE...]. Times are taken as KernelTimes takes them: the median of some batches of calls between two
synchronisations, on buffers in turn that together are larger than the cache. Those of single-token shapes are therefore
mostly what it costs to queue a call.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

BATCHES, MIN_BATCH_NANOS, ROTATED_BYTES, MAX_SETS = 5, 2_000_000, 256 << 20, 64
NAMES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def tensor(dtype, *shape):
    return torch.randn(*shape, device="cuda", dtype=dtype)


def elementwise(n, inputs):
    return lambda dtype: [tensor(dtype, n) for _ in range(inputs)]


def rows(count, cols):
    return lambda dtype: [tensor(dtype, count, cols)]


def weighted(count, cols, weights):
    return lambda dtype: [tensor(dtype, count, cols)] + [tensor(dtype, cols) for _ in range(weights)]


def product(m, n, k):
    return lambda dtype: [tensor(dtype, m, k), tensor(dtype, n, k)]


def heads_of(batch, q_len, ctx, heads, kv_heads, dim):
    return lambda dtype: [tensor(dtype, batch, heads, q_len, dim), tensor(dtype, batch, kv_heads, ctx, dim),
                          tensor(dtype, batch, kv_heads, ctx, dim)]


def rotation(count, heads, dim):
    return lambda dtype: [tensor(dtype, count, heads, dim), tensor(dtype, count, 1, dim // 2),
                          tensor(dtype, count, 1, dim // 2)]


def silu_mul(gate, up):
    return F.silu(gate) * up


def gelu(x):
    return F.gelu(x, approximate="tanh")


def softmax(x):
    return torch.softmax(x, -1)


def rms_norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight, 1e-5)


def layer_norm(x, weight, bias):
    return F.layer_norm(x, (x.shape[-1],), weight, bias)


def rope(x, cosines, sines):
    low, high = x.chunk(2, -1)
    return torch.cat((low * cosines - high * sines, high * cosines + low * sines), -1)


def decode(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, enable_gqa=True)


def prefill(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


# By the names of KernelTimes; the last value is whether torch.compile has something to fuse or to choose.
SHAPES = {
    "add_%s_2^28": (torch.add, elementwise(1 << 28, 2), True),
    "silu_mul_%s_8192x14336": (silu_mul, elementwise(8192 * 14336, 2), True),
    "silu_mul_%s_1x14336": (silu_mul, elementwise(14336, 2), True),
    "gelu_%s_8192x16384": (gelu, elementwise(8192 * 16384, 1), True),
    "sum_%s_2^28": (torch.sum, elementwise(1 << 28, 1), True),
    "rowsum_%s_16384": (lambda x: x.sum(-1), rows(16384, 16384), True),
    "argmax_%s_16384": (lambda x: x.argmax(-1), rows(16384, 16384), True),
    "argmax_%s_1x128256": (lambda x: x.argmax(-1), rows(1, 128256), True),
    "softmax_%s_65536x4096": (softmax, rows(65536, 4096), True),
    "softmax_%s_4096x32768": (softmax, rows(4096, 32768), True),
    "softmax_%s_128x128256": (softmax, rows(128, 128256), True),
    "rmsnorm_%s_65536x4096": (rms_norm, weighted(65536, 4096, 1), True),
    "rmsnorm_%s_8192x4096": (rms_norm, weighted(8192, 4096, 1), True),
    "rmsnorm_%s_16384x8192": (rms_norm, weighted(16384, 8192, 1), True),
    "rmsnorm_%s_1x4096": (rms_norm, weighted(1, 4096, 1), True),
    "layernorm_%s_65536x4096": (layer_norm, weighted(65536, 4096, 2), True),
    "rope_%s_8192x32x128": (rope, rotation(8192, 32, 128), True),
    "embedding_%s_8192x4096": (F.embedding, lambda dtype: [
        torch.randint(32000, (8192,), device="cuda"), tensor(dtype, 32000, 4096)], True),
    "matmul_%s_1024x1024x1024": (F.linear, product(1024, 1024, 1024), False),
    "matmul_%s_4096x4096x4096": (F.linear, product(4096, 4096, 4096), False),
    "matmul_%s_8192x8192x8192": (F.linear, product(8192, 8192, 8192), False),
    "matmul_%s_2048x14336x4096": (F.linear, product(2048, 14336, 4096), False),
    "matmul_%s_128x14336x4096": (F.linear, product(128, 14336, 4096), False),
    "matmul_%s_64x14336x4096": (F.linear, product(64, 14336, 4096), False),
    "matmul_%s_32x14336x4096": (F.linear, product(32, 14336, 4096), False),
    "matmul_%s_16x14336x4096": (F.linear, product(16, 14336, 4096), False),
    "matmul_%s_1x14336x4096": (F.linear, product(1, 14336, 4096), False),
    "matmul_%s_1x4096x4096": (F.linear, product(1, 4096, 4096), False),
    "attn_decode_gqa_%s_B1H32K8S8192D128": (decode, heads_of(1, 1, 8192, 32, 8, 128), False),
    "attn_decode_gqa_%s_B32H32K8S4096D128": (decode, heads_of(32, 1, 4096, 32, 8, 128), False),
    "attn_prefill_causal_%s_B1H32S4096D128": (prefill, heads_of(1, 4096, 4096, 32, 32, 128), False),
    "attn_prefill_causal_%s_B4H32S2048D128": (prefill, heads_of(4, 2048, 2048, 32, 32, 128), False),
}


def batch(function, sets, calls):
    start = time.perf_counter_ns()
    for call in range(calls):
        function(*sets[call % len(sets)])
    torch.cuda.synchronize()
    return time.perf_counter_ns() - start


def millis(function, sets):
    batch(function, sets, max(3, len(sets)))
    calls = 1
    while batch(function, sets, calls) < MIN_BATCH_NANOS:
        calls *= 2
    return statistics.median(batch(function, sets, calls) for _ in range(BATCHES)) / calls / 1e6


def main():
    torch.backends.cuda.matmul.allow_tf32 = False
    times = {}
    for name in sys.argv[2:] or ["f32", "bf16"]:
        for shape, (function, inputs, compiles) in SHAPES.items():
            first = inputs(NAMES[name])
            size = 2 * sum(input.numel() * input.element_size() for input in first)
            sets = [first] + [inputs(NAMES[name]) for _ in range(min(MAX_SETS, max(1, ROTATED_BYTES // size)) - 1)]
            with torch.no_grad():
                found = {"ms": millis(function, sets)}
                if compiles:
                    torch.compiler.reset()
                    found["compiled_ms"] = millis(torch.compile(function, dynamic=False), sets)
            times[shape % name] = found
            print(shape % name, found, flush=True)
            with open(sys.argv[1], "w", encoding="ascii") as file:
                json.dump(times, file, indent=1)
            del first, sets


main()
