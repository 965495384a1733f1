/// The shell script between us and a server: it passes signals on and ends the server when its owner is gone.
///
/// The owner holds the only other end of the script's standard input. A line is the name of a signal for the server;
/// the end of input means that the owner has died, however it died, `kill -9` included. The script is the parent of
/// the server, so the process id it signals is always the server's.
enum Guardian {
    /// Arguments for `/bin/sh`: the last signal, the paths to remove when the owner dies, the server's command.
    static func arguments(command: [String], lastSignal: String, removing paths: [String]) -> [String] {
        ["/bin/sh", "-c", "eval \"$\(variable)\"", "guardian", lastSignal, paths.joined(separator: "\n")] + command
    }

    /// Where the script travels, so that a list of processes stays readable.
    static var environment: [String: String] { [variable: script] }

    private static let variable = "BULKHEAD_GUARDIAN"

    // A background command starts with INT and QUIT ignored until it sets its own handlers: that is why the last
    // signal is repeated until the server is gone, and becomes KILL after ten seconds. TERM is ignored from the end
    // of input on, so that the reader's exit code tells whether the owner died (0) or the server ended first (143).
    private static let script = """
        unset \(variable)
        cd /
        exec 3<&0 </dev/null
        last=$1 removals=$2
        shift 2
        "$@" 3<&- &
        server=$!
        {
            while read -r signal; do kill -s "$signal" "$server"; done
            trap '' TERM
            tries=0
            while kill -s "$last" "$server"; do
                tries=$((tries + 1))
                [ "$tries" -lt 100 ] || last=KILL
                sleep 0.1
            done
        } <&3 2>/dev/null &
        reader=$!
        exec 3<&-
        wait "$server"
        code=$?
        kill "$reader" 2>/dev/null
        wait "$reader" 2>/dev/null
        if [ $? -lt 128 ] && [ -n "$removals" ]; then
            printf '%s\\n' "$removals" | while IFS= read -r path; do rm -rf -- "$path"; done
        fi
        exit "$code"
        """
}
