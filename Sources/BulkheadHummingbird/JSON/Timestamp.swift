public import Foundation

/// The text form of times: RFC 3339 in UTC with six decimals, the resolution of PostgreSQL's timestamps.
///
/// `2026-01-31T09:30:00.000000Z`; sorts as text in the order of time from year 0 to 9999.
public enum Timestamp {
    /// The text form of `date`.
    public static func text(_ date: Date) -> String {
        var bytes: [UInt8] = []
        self.append(date, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text form of `date` to `bytes`.
    static func append(_ date: Date, to bytes: inout [UInt8]) {
        let exact = (date.timeIntervalSince1970 * 1_000_000).rounded()
        let microseconds = Int64(Double.minimum(Double.maximum(exact, Self.earliest), Self.latest))
        let (seconds, fraction) = Self.divide(microseconds, by: 1_000_000)
        let (days, second) = Self.divide(seconds, by: 86_400)
        let (year, month, day) = Self.civil(days: days)
        Self.append(pair: year / 100, to: &bytes)
        Self.append(pair: year % 100, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(pair: month, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(pair: day, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        Self.append(pair: second / 3_600, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(pair: second / 60 % 60, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(pair: second % 60, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Self.append(pair: fraction / 10_000, to: &bytes)
        Self.append(pair: fraction / 100 % 100, to: &bytes)
        Self.append(pair: fraction % 100, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Year 1 and the end of year 9999, in microseconds since 1970: dates beyond what four digits hold are cut off.
    private static let earliest = -62_135_596_800_000_000.0
    private static let latest = 253_402_300_799_000_000.0

    /// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
    ///
    /// Counts in eras of 400 years that start on 1 March, so that the leap day is the last day of a year.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = Self.divide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Division that rounds down, with a remainder that is never negative.
    @inline(__always)
    private static func divide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = (value % divisor + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    /// Appends two digits: division by constants only, for this runs forty times in an ordinary list.
    private static func append(pair value: Int64, to bytes: inout [UInt8]) {
        let value = UInt8(truncatingIfNeeded: min(max(value, 0), 99))
        bytes.append(UInt8(ascii: "0") + value / 10)
        bytes.append(UInt8(ascii: "0") + value % 10)
    }
}
