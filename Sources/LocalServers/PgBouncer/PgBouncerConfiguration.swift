import Foundation

/// The two files that PgBouncer reads; see its manual, "config" and "Authentication file format".
struct PgBouncerConfiguration {
    let port: Int
    let upstream: LocalPostgres
    let users: [String: String]
    let poolSize: Int
    let settings: [String: String]

    /// Writes both files into the server's home and returns the one to start with.
    func write(to folder: ServerFolder) throws -> URL {
        let userList = folder.home.appendingPathComponent("userlist.txt")
        let main = folder.home.appendingPathComponent("pgbouncer.ini")
        try ServerFolder.write(userListText, to: userList, owner: folder.user)
        try ServerFolder.write(mainText(userList: userList), to: main, owner: folder.user)
        return main
    }

    // Passwords in clear, because PgBouncer needs them to log in upstream by SCRAM.
    private var userListText: String {
        let lines = users.sorted { $0.key < $1.key }.map { "\(quoted($0.key)) \(quoted($0.value))\n" }
        return lines.joined()
    }

    private func mainText(userList: URL) -> String {
        var all = [
            "listen_addr": "127.0.0.1",
            "listen_port": String(port),
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": userList.path,
            "admin_users": upstream.superuser,
            "pool_mode": "transaction",
            "default_pool_size": String(poolSize),
            "max_client_conn": "1000",
        ]
        all.merge(settings) { $1 }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
        return "[databases]\n* = host=127.0.0.1 port=\(upstream.port)\n\n[pgbouncer]\n" + lines
    }

    private func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
