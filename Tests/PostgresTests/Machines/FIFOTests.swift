import Testing

@testable import Postgres

@Suite struct FIFOTests {
    @Test func elementsLeaveInOrder() {
        var queue = FIFO<Int>()
        var model: [Int] = []
        var random = SystemRandomNumberGenerator()
        for number in 0..<5000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                queue.append(number)
                model.append(number)
            case 5:
                queue.prepend(number)
                model.insert(number, at: 0)
            default: #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count)
            #expect(queue.first == model.first)
        }
    }

    @Test func removesFromTheMiddle() {
        var queue = FIFO<Int>()
        for number in 1...5 { queue.append(number) }
        _ = queue.popFirst()
        #expect(queue.removeAll { $0 % 2 == 0 } == [2, 4])
        #expect(queue.removeAll() == [3, 5])
        #expect(queue.isEmpty)
    }
}
