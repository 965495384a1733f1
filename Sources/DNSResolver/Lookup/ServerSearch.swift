import CCAres
import DNS

/// Finds the servers of one zone.
struct ServerSearch: Sendable {
    let configuration: AresConfiguration
    let loop: QueryLoop
    let deadline: ContinuousClock.Instant

    func servers(of zone: DomainName) async throws -> [AuthoritativeServer] {
        if self.configuration.authorities.isEmpty {
            let names = try await self.names(of: zone)
            let port = self.configuration.authorityPort
            return try await self.servers(names.map { (name: $0, host: $0, port: port) })
        }
        return try await self.servers(
            self.configuration.authorities.map { (name: $0.description, host: $0.host, port: $0.port) })
    }

    private func servers(_ places: [(name: String, host: String, port: Int)]) async throws -> [AuthoritativeServer] {
        try await withThrowingTaskGroup(of: [AuthoritativeServer].self) { group in
            for place in places {
                group.addTask {
                    let addresses = try await self.addresses(of: place.host)
                    guard !addresses.isEmpty else {
                        return [AuthoritativeServer(name: place.name, address: nil, port: place.port)]
                    }
                    return addresses.map { AuthoritativeServer(name: place.name, address: $0, port: place.port) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
    }

    private func names(of zone: DomainName) async throws -> [String] {
        let records = try await self.ask(.ns, zone.description).answers
        let names = Set(records.filter { $0.type == .ns && $0.owner == zone.description }.compactMap(\.value)).sorted()
        guard !names.isEmpty else {
            throw AuthorityError(
                .noServers,
                reason: "\(zone) has no name servers: it is not delegated, or it is part of a larger zone.")
        }
        return names
    }

    /// Of both kinds; what is not found of one kind matters only if there is none of the other.
    private func addresses(of host: String) async throws -> [String] {
        if AresConfiguration.isAddress(host) { return [host] }
        async let old = self.addresses(of: host, .a)
        async let new = self.addresses(of: host, .aaaa)
        let (first, second) = (try await old, try await new)
        switch (first, second) {
        case (.success(let first), .success(let second)): return first + second
        case (.success(let found), .failure(let error)), (.failure(let error), .success(let found)):
            guard !found.isEmpty else { throw error }
            return found
        case (.failure(let error), .failure): throw error
        }
    }

    /// - Throws: `CancellationError`.
    private func addresses(of host: String, _ type: QuestionType) async throws -> Result<[String], AuthorityError> {
        do {
            let answers = try await self.ask(type, host).answers
            return .success(Set(answers.filter { $0.type == type }.compactMap(\.value)).sorted())
        } catch let error as AuthorityError {
            return .failure(error)
        }
    }

    private func ask(_ type: QuestionType, _ name: String) async throws -> DNSMessage {
        let query = Query(
            name: name, type: type, servers: self.configuration.resolvers.map(\.description), isRecursive: true,
            timeout: self.configuration.timeout, tries: self.configuration.tries, deadline: self.deadline)
        let detail: String
        switch try await self.loop.run(query) {
        case .message(let bytes):
            if let message = MessageReader.read(bytes) {
                if [ns_r_noerror, ns_r_nxdomain].contains(where: { Int($0.rawValue) == message.code }) {
                    return message
                }
                detail = "code \(message.code)"
            } else {
                detail = "unreadable"
            }
        case .status(let status): detail = AresLibrary.text(for: status)
        case .expired, .cancelled: detail = "no answer in time"
        }
        throw AuthorityError(.unavailable, reason: "The DNS resolver does not say where \(name) is.", detail: detail)
    }
}
