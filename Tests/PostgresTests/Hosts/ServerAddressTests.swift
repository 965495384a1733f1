import Testing

@testable import Postgres

/// Connection strings taken apart.
@Suite struct ServerAddressTests {
    private func ports(_ text: String) -> [String?]? {
        ServerAddresses(connectionString: text)?.all.map {
            [$0.host, $0.hostAddress, $0.port].map { $0 ?? "" }.joined(separator: "|")
        }
    }

    @Test func hostsAreTakenApart() {
        #expect(self.ports("postgresql://u@a:1,b:2/d") == ["a||1", "b||2"])
        #expect(self.ports("postgresql://u@a,b/d?port=5") == ["a||5", "b||5"])
        #expect(self.ports("host=a,b port=1,2") == ["a||1", "b||2"])
        #expect(self.ports("host=a,b hostaddr=127.0.0.1,::1") == ["a|127.0.0.1|", "b|::1|"])
        #expect(self.ports("hostaddr=127.0.0.1,::1") == ["|127.0.0.1|", "|::1|"])
        #expect(self.ports("postgresql://u@[::1]:7,h:8/d") == ["::1||7", "h||8"])
    }

    /// libpq says better what is wrong with them.
    @Test(arguments: ["host=a", "", "host=a,b port=1,2,3", "host=a,,b", "host=a,b hostaddr=127.0.0.1", "host=,b"])
    func otherwiseTheStringStaysAsItIs(text: String) {
        #expect(self.ports(text) == ["||"])
    }

    @Test func attributesAndTimeouts() {
        let addresses = ServerAddresses(
            connectionString: "host=a,b target_session_attrs=prefer-standby connect_timeout=7")
        #expect(addresses?.rounds == ["standby", "any"])
        #expect(addresses?.timeout == .seconds(7))
        let plain = ServerAddresses(connectionString: "host=a,b target_session_attrs=read-write connect_timeout=0")
        #expect(plain?.rounds == [nil])
        #expect(plain?.timeout == nil)
        #expect(ServerAddresses(connectionString: "nonsense") == nil)
    }

    @Test func silentHostsComeLast() {
        let hosts = SilentHosts()
        let all = ["a", "b", "c"].map { ServerAddresses.Address(host: $0) }
        let now = ContinuousClock.now
        #expect(hosts.ordered(all, now) == all)
        hosts.saidNothing(all[0], now)
        #expect(hosts.ordered(all, now).map(\.host) == ["b", "c", "a"])
        #expect(hosts.ordered(all, now + .seconds(61)) == all)
        hosts.answered(all[0])
        #expect(hosts.ordered(all, now) == all)
    }
}
