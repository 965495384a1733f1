import Tenancy
import Testing

@Suite("The tenant of a request")
struct TenantGateTests {
    static let a = TenantID.random()
    static let b = TenantID.random()

    @Test func `No evidence is no tenant`() {
        #expect(TenantGate.decide(.init(host: nil, claim: nil, header: nil)) == .none)
    }

    /// Every combination of nothing, A and B at the three places.
    @Test(arguments: [nil, a, b], [nil, a, b])
    func `All evidence must agree`(_ host: TenantID?, _ claim: TenantID?) {
        for header in [nil, Self.a, Self.b] {
            let named = Set([host, claim, header].compactMap { $0 })
            switch TenantGate.decide(.init(host: host, claim: claim, header: header)) {
            case .none: #expect(named.isEmpty)
            case .tenant(let tenant): #expect(named == [tenant])
            case .mismatch(let addressed, let claimed):
                #expect(named.count == 2)
                #expect(named == [addressed, claimed])
                #expect(addressed == host ?? header)
            }
        }
    }

    @Test func `A token of A on the host of B is an attempt to cross over to B`() {
        let decision = TenantGate.decide(.init(host: Self.b, claim: Self.a, header: nil))
        #expect(decision == .mismatch(addressed: Self.b, claimed: Self.a))
    }

    @Test func `Access without the right to write is otherwise the same`() {
        let access = TenantAccess(
            verified: Self.a, mode: .readWrite, principal: .admin(.random()), tier: TierName("free"), requestID: "r1")
        let reading = access.readOnly
        #expect(reading.mode == .readOnly)
        #expect(reading.tenant == access.tenant)
        #expect(reading.principal == access.principal)
        #expect(reading.tier == access.tier)
        #expect(reading.requestID == "r1")
        #expect(reading.readOnly == reading)
    }

    @Test func `Audit rows name every kind of principal`() throws {
        let text = "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"
        #expect(Principal.member(try #require(UserID(text)), .viewer).auditName == "member:\(text)")
        #expect(Principal.admin(try #require(AdminID(text))).auditName == "admin:\(text)")
        #expect(Principal.anonymous.auditName == "anonymous")
        #expect(Principal.system("cli").auditName == "system:cli")
    }
}
