// Vectors that the whole grid reads or writes once: where STREAM is true they pass the first cache by, or are the first
// to leave the second one.

template <bool STREAM>
__device__ __forceinline__ uint4 load_once(const element *from, long long count, bool aligned) {
    if (!STREAM || !aligned || count <= 0) {
        return load_packed(from, count, aligned);
    }
    uint4 words;
    asm("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
            : "=r"(words.x), "=r"(words.y), "=r"(words.z), "=r"(words.w) : "l"(from));
    return words;
}

template <bool STREAM>
__device__ __forceinline__ void store_once(element *to, long long count, bool aligned, Vector vector) {
    if (!STREAM || !aligned) {
        store(to, count, aligned, vector);
    } else if (count > 0) {
        const uint4 words = packed(vector);
        asm volatile("st.global.cs.v4.u32 [%0], {%1, %2, %3, %4};" :: "l"(to), "r"(words.x), "r"(words.y),
                "r"(words.z), "r"(words.w) : "memory");
    }
}
