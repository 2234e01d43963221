// The functions that compilers call of their own accord, for structures that are copied or loops that they recognise.

typedef unsigned long size;

void *memcpy(void *restrict to, const void *restrict from, size count) {
    for (size i = 0; i < count; i++) {
        ((char *) to)[i] = ((const char *) from)[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size count) {
    if ((size) to - (size) from >= count) {
        return memcpy(to, from, count);
    }
    for (size i = count; i > 0; i--) {
        ((char *) to)[i - 1] = ((const char *) from)[i - 1];
    }
    return to;
}

void *memset(void *to, int value, size count) {
    for (size i = 0; i < count; i++) {
        ((char *) to)[i] = (char) value;
    }
    return to;
}

int memcmp(const void *one, const void *other, size count) {
    for (size i = 0; i < count; i++) {
        int difference = ((const unsigned char *) one)[i] - ((const unsigned char *) other)[i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}
