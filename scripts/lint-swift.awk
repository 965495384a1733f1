# Constructs that switch a check off, or wait for luck, need their reason in the line above.

BEGIN {
    limit = 400
    n = split("try!|try?|fatalError(|@unchecked Sendable|nonisolated(unsafe)|Task.sleep(|Task.detached|Task {", words, "|")
}

FNR == 1 {
    check_length()
    file = FILENAME
    excused = 0
}

{
    lines = FNR
    code = $0
    comment = code ~ /^[ \t]*\/\//
    # What a string says is not code.
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    if (code ~ /[^ \t].*\/\/ /) excused = 1
    sub(/\/\/.*/, "", code)
    for (i = 1; i <= n && !comment && !excused; i++) {
        at = index(code, words[i])
        if (at == 0 || (at > 1 && substr(code, at - 1, 1) ~ /[A-Za-z_.]/)) continue
        print FILENAME ":" FNR ": " words[i] " without its reason in the line above"
    }
    excused = comment
}

END { check_length() }

function check_length() {
    if (lines > limit) print file ":" lines ": longer than " limit " lines"
    lines = 0
}
