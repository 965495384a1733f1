public import Foundation

/// An authority and a server's certificate, by openssl.
public enum ServerCertificates {
    /// Makes `ca.pem`, and `server.pem` with `server.key` for 127.0.0.1 and localhost.
    public static func make(in folder: URL) throws {
        try "subjectAltName=DNS:localhost,IP:127.0.0.1\n".write(
            to: folder.appending(path: "names"), atomically: true, encoding: .utf8)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try self.openssl(
            ["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA"],
            folder)
        try self.openssl(
            ["req"] + key + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"], folder)
        try self.openssl(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                "server.pem", "-days", "2", "-extfile", "names",
            ], folder)
    }

    private static func openssl(_ arguments: [String], _ folder: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw RedisServerFailure("openssl \(arguments)") }
    }
}
