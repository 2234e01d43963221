// What buffers hold, by the workload's dtype: float, or two bytes that are read as a float and round what is assigned.
// Conversions are written out since NVRTC is found without the toolkit's headers too.
#define F32 1
#define F16 0
#define BF16 0
// How many elements 16 bytes hold.
#define WIDTH (F32 ? 4 : 8)

#if F32
typedef float element;
#else
struct element {
    unsigned short bits;

    __device__ __forceinline__ operator float() const {
#if BF16
        return __uint_as_float((unsigned int) bits << 16);
#else
        float value;
        asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
        return value;
#endif
    }

    __device__ __forceinline__ element &operator=(float value) {
#if BF16 && __CUDA_ARCH__ >= 800
        asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#elif BF16
        const unsigned int whole = __float_as_uint(value);
        bits = value != value ? 0x7fff : (unsigned short) ((whole + 0x7fff + (whole >> 16 & 1)) >> 16);
#else
        asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#endif
        return *this;
    }
};
#endif

// Neighbouring elements, as many as 16 bytes hold.
struct Vector {
    float at[WIDTH];
};

// Whether 16 bytes can be read or written at once.
__device__ __forceinline__ bool is_aligned(const void *a, const void *b = nullptr, const void *c = nullptr,
        const void *d = nullptr) {
    return (reinterpret_cast<unsigned long long>(a) | reinterpret_cast<unsigned long long>(b)
            | reinterpret_cast<unsigned long long>(c) | reinterpret_cast<unsigned long long>(d)) % 16 == 0;
}

__device__ __forceinline__ Vector filled(float value) {
    Vector vector;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        vector.at[i] = value;
    }
    return vector;
}

// A vector as it lies in memory, which takes half the registers in half types.
__device__ __forceinline__ Vector unpacked(uint4 packed) {
    const unsigned int words[4] = {packed.x, packed.y, packed.z, packed.w};
    Vector vector;
#pragma unroll
    for (int i = 0; i < 4; i++) {
#if F32
        vector.at[i] = __uint_as_float(words[i]);
#else
        element low;
        element high;
        low.bits = (unsigned short) words[i];
        high.bits = (unsigned short) (words[i] >> 16);
        vector.at[2 * i] = low;
        vector.at[2 * i + 1] = high;
#endif
    }
    return vector;
}

// A vector at an aligned place.
__device__ __forceinline__ Vector load(const element *from) {
    return unpacked(*reinterpret_cast<const uint4 *>(from));
}

// A vector of which the first `count` elements exist, and `none` stands for the others. Where `aligned` is true all
// exist or none.
__device__ __forceinline__ Vector load(const element *from, long long count, bool aligned, float none = 0.0f) {
    if (aligned) {
        return count > 0 ? load(from) : filled(none);
    }
    Vector vector;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        vector.at[i] = i < count ? (float) from[i] : none;
    }
    return vector;
}

// The same as it lies in memory; where an element does not exist, its bits of `none` stand for it.
__device__ __forceinline__ uint4 load_packed(const element *from, long long count, bool aligned,
        unsigned int none = 0) {
    if (aligned) {
        return count > 0 ? *reinterpret_cast<const uint4 *>(from) : make_uint4(none, none, none, none);
    }
    unsigned int words[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
#if F32
        words[i] = i < count ? __float_as_uint(from[i]) : none;
#else
        words[i] = (2 * i < count ? from[2 * i].bits : none & 0xffff)
                | (2 * i + 1 < count ? (unsigned int) from[2 * i + 1].bits << 16 : none & 0xffff0000);
#endif
    }
    return make_uint4(words[0], words[1], words[2], words[3]);
}

// What lies in memory of a vector.
__device__ __forceinline__ uint4 packed(Vector vector) {
    unsigned int words[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
#if F32
        words[i] = __float_as_uint(vector.at[i]);
#elif BF16 && __CUDA_ARCH__ >= 800
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(words[i]) : "f"(vector.at[2 * i + 1]), "f"(vector.at[2 * i]));
#elif __CUDA_ARCH__ >= 800
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(words[i]) : "f"(vector.at[2 * i + 1]), "f"(vector.at[2 * i]));
#else
        element low;
        element high;
        low = vector.at[2 * i];
        high = vector.at[2 * i + 1];
        words[i] = low.bits | (unsigned int) high.bits << 16;
#endif
    }
    return make_uint4(words[0], words[1], words[2], words[3]);
}

// Writes a vector to an aligned place, in assembly, since compilers take a structure's store apart here and there.
__device__ __forceinline__ void store(element *to, Vector vector) {
    const uint4 words = packed(vector);
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" :: "l"(to), "r"(words.x), "r"(words.y), "r"(words.z),
            "r"(words.w) : "memory");
}

// Writes the first `count` elements of a vector, all or none of them where `aligned` is true.
__device__ __forceinline__ void store(element *to, long long count, bool aligned, Vector vector) {
    if (aligned) {
        if (count > 0) {
            store(to, vector);
        }
        return;
    }
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        if (i < count) {
            to[i] = vector.at[i];
        }
    }
}
