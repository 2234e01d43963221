// An NVRTC that compiles nothing: it gives back what it was given, so that a test sees it, and misbehaves where the
// source says so. The prototypes are those of nvrtc.h, which not every toolkit has.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int nvrtcResult;
typedef struct program { char source[256], name[64], log[1 << 18], ptx[1 << 14]; } *nvrtcProgram;

extern char **environ;

const char *nvrtcGetErrorString(nvrtcResult result) {
    return result == 5 ? "NVRTC_ERROR_INVALID_OPTION" : "NVRTC_ERROR_OTHER";
}

nvrtcResult nvrtcVersion(int *major, int *minor) { *major = 12; *minor = 8; return 0; }

nvrtcResult nvrtcCreateProgram(nvrtcProgram *prog, const char *src, const char *name, int numHeaders,
        const char *const *headers, const char *const *includeNames) {
    *prog = calloc(1, sizeof **prog);
    snprintf((*prog)->source, sizeof (*prog)->source, "%s", src);
    snprintf((*prog)->name, sizeof (*prog)->name, "%s", name);
    return numHeaders || headers || includeNames ? 3 : 0;
}

nvrtcResult nvrtcDestroyProgram(nvrtcProgram *prog) { free(*prog); *prog = NULL; return 0; }

/* Takes 64 KiB of the stack for each level. */
static int descend(int levels) {
    volatile char frame[65536];
    frame[0] = frame[65535] = (char) levels;
    return levels ? descend(levels - 1) + frame[0] : frame[65535];
}

static void append(nvrtcProgram prog, const char *text) {
    strncat(prog->ptx, text, sizeof prog->ptx - 1 - strlen(prog->ptx));
}

static void crash(void) { *(volatile int *) 8 = 1; }

nvrtcResult nvrtcCompileProgram(nvrtcProgram prog, int numOptions, const char *const *options) {
    const char *once = strstr(prog->source, "crash unless there is ");
    if (once) {
        const char *file = once + strlen("crash unless there is ");
        if (access(file, F_OK)) {
            fclose(fopen(file, "w"));
            crash();
        }
    } else if (strstr(prog->source, "crash")) {
        crash();
    }
    if (strstr(prog->source, "slow")) sleep(300);
    if (strstr(prog->source, "deep")) descend(512);
    if (strstr(prog->source, "print")) {
        puts("a line that is no answer");
        fflush(stdout);
    }
    if (strstr(prog->source, "warn")) {
        memset(prog->log, 'x', sizeof prog->log - 1);
        return 6;
    }
    if (strstr(prog->source, "error")) {
        snprintf(prog->log, sizeof prog->log, "%s(1): error: it says so\n", prog->name);
        return 6;
    }
    snprintf(prog->ptx, sizeof prog->ptx, "// %s", prog->source);
    for (int i = 0; i < numOptions; i++) {
        if (strstr(options[i], "sm_99")) return 5;
        append(prog, " ");
        append(prog, options[i]);
    }
    if (strstr(prog->source, "process")) snprintf(prog->ptx, sizeof prog->ptx, "%d", (int) getpid());
    if (strstr(prog->source, "environment")) {
        prog->ptx[0] = 0;
        for (char **variable = environ; *variable; variable++) {
            append(prog, *variable);
            append(prog, "\n");
        }
    }
    strcpy(prog->log, "ptxas info    : Compiling entry function 'k' for 'sm_90a'\nptxas info    : Used 9 registers\n");
    return 0;
}

nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram prog, size_t *size) { *size = strlen(prog->log) + 1; return 0; }
nvrtcResult nvrtcGetProgramLog(nvrtcProgram prog, char *log) { strcpy(log, prog->log); return 0; }
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram prog, size_t *size) { *size = 6; return 0; }
nvrtcResult nvrtcGetCUBIN(nvrtcProgram prog, char *cubin) { memcpy(cubin, "\177ELF\0\1", 6); return 0; }
nvrtcResult nvrtcGetPTXSize(nvrtcProgram prog, size_t *size) { *size = strlen(prog->ptx) + 1; return 0; }
nvrtcResult nvrtcGetPTX(nvrtcProgram prog, char *ptx) { strcpy(ptx, prog->ptx); return 0; }
