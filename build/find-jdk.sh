# Sourced by kernelwright and .ci/run: find_jdk sets jdk_home to the folder of a JDK 25 or newer, or returns 1.
# In this order: KERNELWRIGHT_JAVA_HOME, JAVA_HOME, java on the PATH, then the folders where JDKs get installed, of
# which the oldest that will do is taken: it is the nearest to the one that the tests run on.
# What was looked at and turned down is left in jdk_rejected, for the message.

jdk_needed=25
jdk_rejected=

# The major version of the JDK in folder $1, from its release file; 0 if there is none, or if it has no compiler.
jdk_major() {
    local line version=0
    if [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]]; then
        while IFS= read -r line; do
            case $line in
                JAVA_VERSION=*) version=${line#JAVA_VERSION=}; version=${version//\"/}; version=${version%%[!0-9]*} ;;
            esac
        done < "$1/release"
    fi
    echo "${version:-0}"
}

# The file that $1 stands for, through all symbolic links (macOS has no readlink -f).
resolve_link() {
    local file=$1 target
    while [[ -L $file ]]; do
        target=$(readlink "$file")
        case $target in
            /*) file=$target ;;
            *) file=$(dirname "$file")/$target ;;
        esac
    done
    echo "$(cd -P "$(dirname "$file")" && pwd)/$(basename "$file")"
}

find_jdk() {
    local home major best='' best_major=0 java
    jdk_rejected=
    if [[ -n ${KERNELWRIGHT_JAVA_HOME:-} ]]; then
        major=$(jdk_major "$KERNELWRIGHT_JAVA_HOME")
        jdk_rejected="KERNELWRIGHT_JAVA_HOME=$KERNELWRIGHT_JAVA_HOME"
        # Whoever names one gets that one or a complaint, not another.
        (( major >= jdk_needed )) && jdk_home=$KERNELWRIGHT_JAVA_HOME
        return
    fi
    if [[ -n ${JAVA_HOME:-} ]] && (( $(jdk_major "$JAVA_HOME") >= jdk_needed )); then
        jdk_home=$JAVA_HOME
        return
    fi
    if java=$(command -v java); then
        home=$(dirname "$(dirname "$(resolve_link "$java")")")
        if (( $(jdk_major "$home") >= jdk_needed )); then
            jdk_home=$home
            return
        fi
    fi
    for home in /usr/lib/jvm/* /opt/java* /opt/*jdk* "${HOME:-/}"/.sdkman/candidates/java/* \
            /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        major=$(jdk_major "$home")
        if (( major >= jdk_needed )); then
            if [[ -z $best ]] || (( major < best_major )); then
                best=$home
                best_major=$major
            fi
        elif (( major > 0 )); then
            home=$(cd -P "$home" && pwd)
            case ", $jdk_rejected, " in
                *", $home, "*) ;;
                *) jdk_rejected=${jdk_rejected:+$jdk_rejected, }$home ;;
            esac
        fi
    done
    jdk_home=$best
    [[ -n $best ]]
}

# The sentence for when there is none.
no_jdk() {
    echo "$1: needs a JDK $jdk_needed or newer (with javac) and found ${jdk_rejected:-none at all}:" \
        "install one, Temurin $jdk_needed for example, or set KERNELWRIGHT_JAVA_HOME to its folder." >&2
}
