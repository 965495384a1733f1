import Foundation
import Testing

@testable import Postgres

@Suite struct TimestampTests {
    private func micros(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            var parser = TimestampParser(bytes)
            return parser.microseconds()
        }
    }

    @Test func daysMatchTheCalendar() {
        #expect(daysFromCivil(year: 1970, month: 1, day: 1) == 0)
        #expect(daysFromCivil(year: 2000, month: 2, day: 29) == 11_016)
        #expect(daysFromCivil(year: -4713, month: 11, day: 24) == -2_440_588)
        for days in stride(from: -2_500_000, through: 3_000_000, by: 977) {
            let (year, month, day) = civilFromDays(days)
            #expect(daysFromCivil(year: year, month: month, day: day) == days)
        }
    }

    @Test func textAndNumberAgree() {
        #expect(micros("1970-01-01 00:00:00+00") == 0)
        #expect(micros("2024-02-29 23:59:59.123456+00") == 1_709_251_199_123_456)
        #expect(micros("2024-02-29 23:59:59.1+05:30") == 1_709_231_399_100_000)
        #expect(micros("1969-12-31 19:00:00-05") == 0)
        #expect(micros("1883-11-18 12:03:57-04:56:02") == micros("1883-11-18 16:59:59+00"))
        #expect(micros("2024-02-29") == 1_709_164_800_000_000)
        #expect(micros("0001-12-31 00:00:00+00 BC").map(timestampText) == "0001-12-31 00:00:00+00 BC")
        #expect(micros("0044-03-15 BC").map(timestampText) == "0044-03-15 00:00:00+00 BC")
        for number in [0, 1, -1, 999_999, -86_400_000_001, 253_402_300_799_999_999, 1_709_251_199_123_456] {
            #expect(micros(timestampText(microseconds: number)) == number)
        }
    }

    @Test(
        arguments: [
            "", "infinity", "2024-02-29 10:00:00", "2024-13-01", "2024-02-29T10:00:00+00", "2024-02-29 10:00:00+",
            "2024-02-29 10:00:00.+00", "2024-02-29 10:00:00+00 AD", "2024-02-29 ", "24-02-29",
            "2024-02-29 10:00:00+00x",
            "Thu Feb 29 2024", "2024-02-29 10:00:00+05:", "2024-02-29 10:61:00+00",
        ])
    func whatIsNoPointInTimeIsRefused(text: String) {
        #expect(micros(text) == nil)
    }

    @Test func datesAreExactToTheMicrosecond() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let number = Int.random(in: -2_000_000_000_000_000...4_000_000_000_000_000, using: &generator)
            let text = timestampText(microseconds: number)
            let date = Array(text.utf8).withUnsafeBufferPointer { Date.decode(postgresText: $0) }
            guard let date, case .text(let again) = date.postgresBinding.value else {
                Issue.record("\(text) was not read")
                continue
            }
            #expect(again == text)
        }
    }

    @Test func anEndlessDateIsRefused() {
        #expect(throws: PostgresError.self) {
            try Date(timeIntervalSinceReferenceDate: .infinity).postgresBinding.validate()
        }
    }
}
