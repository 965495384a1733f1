import Foundation
import RedisTestSupport

/// Does to servers what another program asks for by files in a folder: `17.order` is answered by `17.answer`.
struct ServerOrders {
    struct Unknown: Error {
        let order: String
    }

    let folder: URL
    let redis: RedisServer
    let bulkhead: RunningServer
    let admin: AdminCaller
    /// Ids by subdomain.
    let tenants: [String: String]

    /// Carries out the orders that have come in.
    func serve() async throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: self.folder.path)
        for name in names where name.hasSuffix(".order") {
            let file = self.folder.appendingPathComponent(name)
            let order = try String(contentsOf: file, encoding: .utf8)
            try FileManager.default.removeItem(at: file)
            var answer = "done"
            do {
                try await self.carryOut(order)
            } catch {
                answer = "\(error)"
            }
            let answerFile = file.deletingPathExtension().appendingPathExtension("answer")
            try answer.write(to: answerFile, atomically: true, encoding: .utf8)
        }
    }

    private func carryOut(_ order: String) async throws {
        switch order {
        case "redis pause": try await self.redis.pause()
        case "redis resume": self.redis.resume()
        case "redis stop": try await self.redis.stop()
        case "redis start": try await self.redis.startAgain()
        case "bulkhead pause": try await self.bulkhead.pause()
        case "bulkhead resume": self.bulkhead.resume()
        default: try await self.intervene(order)
        }
    }

    /// Carries out an order such as `tenant suspend acme`.
    private func intervene(_ order: String) async throws {
        let words = order.split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "tenant", let id = self.tenants[words[2]] else {
            throw Unknown(order: order)
        }
        let answer = try await self.admin.send("/api/admin/tenants/\(id)/\(words[1])", json: [:])
        guard (200..<300).contains(answer.status) else { throw Unknown(order: "\(order): \(answer.testDescription)") }
    }
}
