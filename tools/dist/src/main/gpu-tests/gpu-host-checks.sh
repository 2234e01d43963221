#!/usr/bin/env bash
# Runs on a GPU host, from the unpacked distribution, what shows that the CUDA backend works there. Needs no JDK.
set -uo pipefail

usage() {
    cat <<'TEXT'
usage: gpu-host-checks.sh [options] OUT [SECTION...]

Writes the full output to files in the folder OUT, and prints a table last. Sections, with their limits in seconds:

  host     60   the driver, the GPU and what 'kernelwright doctor' says
  cuda    540   the CUDA backend's tests with the tag gpu, contract and corpus aside
  contract 590  the contract of backends for CUDA, with its scorecard
  contract-opencl 590  the contract of backends for OpenCL's first device, with its scorecard
  corpus  540   the corpus of attacks and honest kernels in CUDA C++
  corpus-opencl 590  the same in OpenCL C, on OpenCL's first device
  kernels 540   every op's kernels checked
  times   580   the best of some points of every template, beside the roof and PyTorch (where it is)
  beside  300   the memory-bound ops through CUDA and through OpenCL: each has to reach 90 % of CUDA's times
  costs   300   what a call and a replayed graph cost, beside C++ (needs nvcc) and PyTorch (where it is)
  warmup  580   a kernel for every workload of the plan; run again, it goes on where it ended
  pack    580   what warmup found as a signed pack, and a second process that runs from that alone

All of them without SECTION. Exit codes: 0 all passed, 1 some did not, 2 bad usage.

  --device NAME   the device that warmup and pack use; default: cuda
  --plan FILE     their workloads; default: samples/llama-3-8b.json of the distribution
  --budget TIME   what tuning a workload may take; default: 10s
  --limit SECONDS the limit of every section
  --stress        tests with the tag stress too: every point of a template, every honest kernel; takes far longer
TEXT
}

here=$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname "$here")
all=(host cuda contract contract-opencl corpus corpus-opencl kernels times beside costs warmup pack)
declare -A limits=([host]=60 [cuda]=540 [contract]=590 [contract-opencl]=590 [corpus]=540 [corpus-opencl]=590 [kernels]=540 [times]=580 [beside]=300 [costs]=300 [warmup]=580 [pack]=580)
device=cuda
plan=$home/samples/llama-3-8b.json
budget=10s
limit=''
stress=false
arguments=()
while (( $# > 0 )); do
    case $1 in
        --help) usage; exit 0 ;;
        --device | --plan | --budget | --limit)
            (( $# > 1 )) || { echo "gpu-host-checks: $1 was given without a value" >&2; exit 2; }
            printf -v "${1#--}" %s "$2"
            shift ;;
        --stress) stress=true ;;
        -*) echo "gpu-host-checks: there is no option $1; see --help" >&2; exit 2 ;;
        *) arguments+=("$1") ;;
    esac
    shift
done
(( ${#arguments[@]} > 0 )) || { usage >&2; exit 2; }
[[ $limit =~ ^[0-9]*$ ]] || { echo "gpu-host-checks: --limit $limit is no number of seconds" >&2; exit 2; }
[[ -x $home/runtime/bin/java && -d $here/lib ]] || {
    echo "gpu-host-checks: $home has no runtime or no tests: unpack both archives, linux-x64 and" \
        "linux-x64-gpu-tests, in one folder" >&2
    exit 2
}
mkdir -p "${arguments[0]}" || exit 2
out=$(cd "${arguments[0]}" && pwd)
sections=("${arguments[@]:1}")
(( ${#sections[@]} > 0 )) || sections=("${all[@]}")
for section in "${sections[@]}"; do
    [[ -n ${limits[$section]:-} ]] || { echo "gpu-host-checks: there is no section $section; see --help" >&2; exit 2; }
done
plan=$(readlink -f "$plan")
cache=$out/cache

# Runs a command within what is left of the section's time; 124 if that ends first.
limited() {
    local left=$(( deadline - SECONDS ))
    (( left > 0 )) || return 124
    timeout -k 10 "$left" "$@"
}

java_of_tests() {
    limited "$home/runtime/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
        -cp "$here/lib/*:$home/lib/*" "$@"
}

kernelwright() {
    limited "$home/bin/kernelwright" "$@"
}

# The tests of a module that have the tag gpu; more arguments choose among its classes.
tests() {
    local module=$1 status left_out=()
    local jars=("$here"/lib/kernelwright-"$module"-*-tests.jar)
    shift
    mkdir -p "$here/$module"
    cd "$here/$module" || return 1
    [[ $stress == true ]] || left_out=(--exclude-tag stress)
    java_of_tests org.junit.platform.console.ConsoleLauncher execute --scan-classpath "${jars[0]}" \
        --include-tag gpu "${left_out[@]}" --disable-banner --disable-ansi-colors --details testfeed \
        --reports-dir "$out/reports-$section-$module" "$@"
    status=$?
    cd "$out" || return 1
    return $status
}

# The counts in the last lines of such runs. A class that gave up before its tests is an aborted container.
test_figures() {
    awk '$4 == "found" && $3 == "tests" { found += $2 } $3 == "tests" && $4 == "successful" { passed += $2 }
        $3 == "tests" && $4 == "failed" { failed += $2 } $4 == "aborted" { aborted += $2 }
        END { printf "%d of %d tests passed, %d failed", passed, found, failed
              if (aborted) printf ", %d skipped tests or classes", aborted; print "" }' "$1"
}

section_host() {
    date -u +%Y-%m-%dT%H:%M:%SZ
    uname -a
    head -n 2 "$home/runtime/release"
    ls "$home"/lib/kernelwright-cli-*.jar
    limited nvidia-smi
    limited nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.mem,power.limit --format=csv
    command -v nvcc compute-sanitizer
    kernelwright devices
    kernelwright doctor
}

section_cuda() { tests backend-cuda --exclude-classname '.*(Corpus|Contract).*'; }

# The scorecard is beside the log.
contract() {
    local status
    tests "$1" --include-classname '.*Contract.*'
    status=$?
    cp "$here/$1"/target/scorecard-*.md "$out/" 2>/dev/null
    return $status
}

section_contract() { contract backend-cuda; }

section_contract-opencl() { contract backend-opencl; }

section_corpus() { tests backend-cuda --include-classname '.*Corpus.*'; }

section_corpus-opencl() { tests backend-opencl --include-classname '.*Corpus.*'; }

section_kernels() { java_of_tests dev.kernelwright.backend.cuda.CudaKernelChecks; }

# PyTorch first, which compiles too. A workload that could not be timed says so in its line, and the others are timed.
section_times() {
    local peers=() status=0 dtype ops=(add silu_mul gelu sum argmax softmax rms_norm layer_norm rope embedding matmul attention)
    if limited python3 -c 'import torch; print("PyTorch", torch.__version__)'; then
        limited python3 "$here/peers.py" "$out/peers.json" || echo "PyTorch's times end here"
        peers=("--peers=$out/peers.json")
    fi
    for dtype in f32 bf16; do
        java_of_tests dev.kernelwright.backend.cuda.CudaKernelChecks --no-checks --time "--dtypes=$dtype" --points=12 \
            "${peers[@]}" "${ops[@]}" || status=$?
    done
    grep -q ' FAILED: ' "$out/times.log" && status=1
    return $status
}

section_beside() {
    local ops=(add silu_mul gelu sum argmax softmax rms_norm layer_norm rope embedding)
    local device
    for device in cuda opencl; do
        java_of_tests dev.kernelwright.backend.cuda.CudaKernelChecks --no-checks --time --dtypes=f32 --points=12 \
            "--device=$device" "${ops[@]}" > "$out/beside-$device.txt" || { cat "$out/beside-$device.txt"; return 1; }
    done
    # Launches of a few microseconds measure how fast they are queued: only what takes 20 is bound by memory.
    awk '/ FAILED: / { print; n++; short++ }
        $2 != "f32" { next }
        FNR == NR { cuda[$1] = $3; next }
        cuda[$1] >= 20 { n++; short += cuda[$1] / $3 < 0.9
            printf "%-38s CUDA %9.2f us, OpenCL %9.2f us, %.2f\n", $1, cuda[$1], $3, cuda[$1] / $3 }
        END { printf "%d of %d at 90 %% of CUDA or better\n", n - short, n; exit n == 0 || short > 0 }' \
        "$out/beside-cuda.txt" "$out/beside-opencl.txt"
}

section_costs() {
    local nvcc program=$out/launch-costs python=()
    nvcc=$(command -v nvcc || ls "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc") || {
        echo "there is no nvcc on the PATH or in CUDA_HOME: install CUDA's toolkit"
        return 1
    }
    # The driver's library has its full name alone where only the driver is installed.
    local build=(limited "$nvcc" -O2 -std=c++17 -arch=native -o "$program" "$here/launch-costs.cu"
        "-L$(dirname "$nvcc")/../lib64/stubs")
    "${build[@]}" -lcuda || "${build[@]}" -l:libcuda.so.1 || return 1
    if limited python3 -c 'import torch; print("PyTorch", torch.__version__)'; then
        python=(python3 "$here/launch-costs.py")
    fi
    java_of_tests dev.kernelwright.backend.cuda.LaunchCosts "$program" "${python[@]}"
}

section_warmup() {
    kernelwright warmup "$plan" --device "$device" --budget-per-workload "$budget" --cache "$cache"
}

section_pack() {
    local pack=$out/plan.kwpack second=$out/second
    rm -rf "$second" "$pack"
    mkdir -p "$second/keys"
    limited "$home/runtime/bin/java" "$here/Ed25519Keys.java" "$second/keys" \
        && kernelwright cache export --cache "$cache" --target "backend=${device%%:*}" -o "$pack" --license Apache-2.0 \
        && kernelwright cache sign "$pack" --key "$second/keys/key.pem" --public-key "$second/keys/key.pub.pem" \
        && rm "$second/keys/key.pem" \
        && kernelwright cache trust "$second/keys/key.pub.pem" --cache "$second/cache" \
        && kernelwright cache import "$pack" --cache "$second/cache" \
        && kernelwright bench "$plan" --device "$device" --seconds 0.2 --cache "$second/cache" \
        && tail -n 1 "$out/pack.log" | grep -q ' hits, 0 misses, '
}

# What there is to say of a section's output, in a few words.
figures() {
    local log=$out/$1.log
    case $1 in
        host) sed -n 's/^ok    device \(.*\)/\1/p' "$log" | paste -sd ';' ;;
        cuda | contract* | corpus*) test_figures "$log" ;;
        kernels) echo "$(grep -c ' FAILED: ' "$log") failed, $(grep -c ' ok ' "$log") ops and types right" ;;
        times) echo "$(grep -c ' FAILED: ' "$log") failed, $(awk '$2 == "f32" || $2 == "bf16" { n++ }
            END { print n + 0 }' "$log") workloads timed" ;;
        beside | costs) tail -n 1 "$log" ;;
        warmup) echo "$(awk '/^[0-9]+\/[0-9]+ / { n++; if (/: tuned/) t++; if (/: hit/) h++; if (/: baseline kept/) b++
            if (/: failed/) f++ } END { printf "%d workloads: %d tuned, %d hits, %d baseline kept, %d failed", n, t, h, b, f }' \
            "$log")" ;;
        pack) tail -n 1 "$log" ;;
    esac
}

table=$(printf '%-15s %-10s %8s  %s' section result seconds figures)
failed=0
for section in "${sections[@]}"; do
    echo "== $section, in $out/$section.log"
    start=$SECONDS
    deadline=$(( start + ${limit:-${limits[$section]}} ))
    "section_$section" > "$out/$section.log" 2>&1
    status=$?
    said=$(figures "$section")
    # Tests that all skip themselves prove nothing.
    [[ $status == 0 && $said == "0 of "* ]] && status=skipped
    case $status in
        0) result=passed ;;
        skipped) result='none ran'; [[ $said == "0 of 0 "* ]] || failed=1 ;;
        124 | 137) result=time-out; failed=1 ;;
        *) result=FAILED; failed=1 ;;
    esac
    table+=$'\n'$(printf '%-15s %-10s %8d  %s' "$section" "$result" $(( SECONDS - start )) "$said")
done
echo
echo "$table" | tee "$out/table-$(date -u +%Y%m%dT%H%M%SZ).txt"
exit $failed
