# SQL that outlives its transaction, in .sql files and in the strings of Swift files.

FNR == 1 {
    allowed = 0
    # The first statement of a file starts here.
    fresh = FILENAME ~ /\.sql$/
    listens = FILENAME ~ /(Listen|Notif)/
}

{
    line = $0
    sub(/^[ \t]*/, "", line)
    comment = line ~ /^(\/\/|--)/
    if (comment) {
        if (line ~ /lint:allow session-state: ./) allowed = 1
        if (line ~ /^-- statement/) fresh = 1
        next
    }
    if (line == "") next
    if (!allowed) check(line)
    allowed = 0
    # What follows a semicolon, or opens a string of several lines, is the start of a statement.
    fresh = line ~ /;[ \t]*(--.*)?$/ || line ~ /"""[ \t]*$/
}

function report(what) { print FILENAME ":" FNR ": " what " outlives the transaction" }

function check(line,    upper, start) {
    upper = toupper(line)
    if (upper ~ /SET_CONFIG\(.*,[ \t]*FALSE[ \t]*\)/) report("set_config(..., false)")
    # With the name of a type it is a signature, in a GRANT or REVOKE.
    if (upper ~ /PG_(TRY_)?ADVISORY_LOCK(_SHARED)?[ \t]*\(/ && upper !~ /_LOCK(_SHARED)?\((BIG)?INT/) report("a session advisory lock")
    if (line ~ /SESSION AUTHORIZATION/) report("SESSION AUTHORIZATION")
    if (line ~ /CREATE (LOCAL |GLOBAL )?TEMP/) report("a temporary table")

    # Statements: at the start of a line that starts one, behind a semicolon, or at the start of a string.
    start = fresh ? line : ""
    if (match(line, /(;[ \t]*|")(SET|PREPARE|LISTEN)[ \t]/)) {
        start = substr(line, RSTART)
        sub(/^[;" \t]*/, "", start)
    }
    sub(/^"*[ \t]*/, "", start)
    if (start ~ /^SET[ \t]/ && start !~ /^SET[ \t]+(LOCAL|CONSTRAINTS|TRANSACTION|transaction_isolation)[ \t]/) report("SET without LOCAL")
    if (start ~ /^PREPARE[ \t]/ && start !~ /^PREPARE TRANSACTION/) report("a prepared statement of SQL's own")
    if (start ~ /^LISTEN[ \t]/ && !listens) report("LISTEN, outside the listener,")
}
