public import DNS

/// Asks name servers with c-ares, each by itself, over UDP, and over TCP what does not fit.
///
/// A thread of its own waits for answers, and only while there is something to wait for: there is nothing to shut down.
public final class AresResolver: AuthorityResolver {
    /// Whom to ask, and how long.
    public let configuration: AresConfiguration
    private let loop: QueryLoop

    /// Takes the settings; nothing is asked yet.
    ///
    /// - Throws: ``AuthorityError``: settings that cannot be used, or no descriptors.
    public init(_ configuration: AresConfiguration = AresConfiguration()) throws(AuthorityError) {
        try configuration.check()
        self.configuration = configuration
        self.loop = try QueryLoop()
    }

    /// The servers of a zone: those that are configured, or those that its NS records name.
    public func servers(of zone: DomainName, within limit: Duration) async throws -> [AuthoritativeServer] {
        let search = ServerSearch(
            configuration: self.configuration, loop: self.loop, deadline: ContinuousClock.now + limit)
        return try await search.servers(of: zone)
    }

    /// What a server says about a name.
    public func answer(
        from server: AuthoritativeServer, name: DomainName, type: RecordType, within limit: Duration
    ) async throws -> AuthorityAnswer {
        guard let query = self.query(QuestionType(type), name, server, limit) else { return .failed(.noAddress) }
        return try AuthorityAnswer(try await self.loop.run(query), name: name, type: type)
    }

    /// For how many seconds resolvers may remember that a name of the zone does not exist; nil if it does not tell.
    public func negativeTTL(
        of zone: DomainName, from server: AuthoritativeServer, within limit: Duration
    ) async throws -> Int? {
        guard let query = self.query(.soa, zone, server, limit),
            case .message(let bytes) = try await self.loop.run(query), let message = MessageReader.read(bytes),
            AuthorityFailure(message) == nil
        else { return nil }
        return DNSMessage.negativeTTL(in: message.answers.filter { $0.owner == zone.description })
    }

    private func query(
        _ type: QuestionType, _ name: DomainName, _ server: AuthoritativeServer, _ limit: Duration
    ) -> Query? {
        server.address.map { address in
            Query(
                name: name.description, type: type,
                servers: [NameServerEndpoint(host: address, port: server.port).description], isRecursive: false,
                timeout: self.configuration.timeout, tries: self.configuration.tries,
                deadline: ContinuousClock.now + limit)
        }
    }
}
