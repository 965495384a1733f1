import NIOSSL

extension RedisConfiguration {
    /// What TLS goes by; nil without TLS.
    ///
    /// - Throws: ``RedisError`` with code `invalidConfiguration` if the CA file cannot be used.
    func tlsContext() throws(RedisError) -> NIOSSLContext? {
        guard self.usesTLS else { return nil }
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12
            if let file = self.caFile {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw .invalidConfiguration(
                "The file with the authorities that Redis is verified by is unusable.", cause: error)
        }
    }
}
