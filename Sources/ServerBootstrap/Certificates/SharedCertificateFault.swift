import Identity

/// Why what the catalog has cannot be used, in words for operators.
struct SharedCertificateFault: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        self.description = (error as? IdentityError)?.detail ?? "\(error)"
    }
}
