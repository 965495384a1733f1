import Testing

@testable import Postgres

@Suite struct ListenMachineTests {
    private let start = ContinuousClock.now
    private let one = RequestID(rawValue: 1)
    private let two = RequestID(rawValue: 2)

    private func actions(_ machine: inout ListenMachine, after: Duration = .zero) -> [ListenMachine.Action] {
        var actions: [ListenMachine.Action] = []
        while let action = machine.next(self.start + after) { actions.append(action) }
        return actions
    }

    private func listening() -> ListenMachine {
        var machine = ListenMachine()
        machine.subscribe(self.one, ["a"])
        _ = self.actions(&machine)
        machine.connected()
        _ = self.actions(&machine)
        machine.updated()
        _ = self.actions(&machine)
        return machine
    }

    @Test func connectsForTheFirstSubscription() {
        var machine = ListenMachine()
        #expect(self.actions(&machine).isEmpty)
        machine.subscribe(self.one, ["a", "b"])
        #expect(self.actions(&machine) == [.connect])
        machine.connected()
        #expect(self.actions(&machine) == [.send(["LISTEN \"a\"", "LISTEN \"b\""])])
        #expect(machine.receivers(of: "a").isEmpty)
        machine.updated()
        #expect(self.actions(&machine) == [.announce(self.one, .listening)])
        #expect(machine.receivers(of: "a") == [self.one])
        #expect(machine.receivers(of: "c").isEmpty)
    }

    @Test func sharesTheConnection() {
        var machine = self.listening()
        machine.subscribe(self.two, ["a", "b"])
        #expect(self.actions(&machine) == [.send(["LISTEN \"b\""])])
        machine.updated()
        #expect(self.actions(&machine) == [.announce(self.two, .listening)])
        machine.unsubscribe(self.one)
        #expect(self.actions(&machine).isEmpty)
        machine.subscribe(self.one, ["c"])
        machine.unsubscribe(self.two)
        #expect(self.actions(&machine) == [.send(["LISTEN \"c\"", "UNLISTEN \"a\"", "UNLISTEN \"b\""])])
    }

    @Test func listensAgainAfterALoss() {
        var machine = self.listening()
        machine.lost()
        #expect(machine.receivers(of: "a").isEmpty)
        machine.connectFailed(self.start, random: 1)
        #expect(self.actions(&machine).isEmpty)
        #expect(self.actions(&machine, after: .milliseconds(50)) == [.connect])
        machine.connected()
        #expect(self.actions(&machine) == [.send(["LISTEN \"a\""])])
        machine.updated()
        #expect(self.actions(&machine) == [.announce(self.one, .reconnected)])
    }

    @Test func closesAfterTheLastSubscription() {
        var machine = self.listening()
        machine.unsubscribe(self.one)
        #expect(self.actions(&machine) == [.close])
        machine.subscribe(self.two, ["a"])
        #expect(self.actions(&machine) == [.connect])
    }

    @Test func quotesNames() {
        var machine = ListenMachine()
        machine.subscribe(self.one, ["a\"b"])
        _ = self.actions(&machine)
        machine.connected()
        #expect(self.actions(&machine) == [.send(["LISTEN \"a\"\"b\""])])
    }
}

@Suite struct NotificationBufferTests {
    private func event(_ payload: String) -> PostgresNotificationEvent {
        .notification(PostgresNotification(channel: "c", payload: payload, pid: 1))
    }

    @Test func keepsTheOrder() {
        var buffer = NotificationBuffer(limit: 2)
        buffer.append(self.event("1"))
        buffer.append(self.event("2"))
        #expect(buffer.popFirst() == self.event("1"))
        #expect(buffer.popFirst() == self.event("2"))
        #expect(buffer.popFirst() == nil)
    }

    @Test func tooManyBecomeOneReconnected() {
        var buffer = NotificationBuffer(limit: 2)
        for number in 1...3 { buffer.append(self.event("\(number)")) }
        buffer.append(self.event("4"))
        #expect(buffer.popFirst() == .reconnected)
        #expect(buffer.popFirst() == self.event("4"))
    }

    @Test func theEndKeepsWhatIsThere() {
        var buffer = NotificationBuffer(limit: 2)
        buffer.append(self.event("1"))
        buffer.finish()
        buffer.append(self.event("2"))
        #expect(buffer.popFirst() == self.event("1"))
        #expect(buffer.popFirst() == nil)
        #expect(buffer.isFinished)
    }
}
