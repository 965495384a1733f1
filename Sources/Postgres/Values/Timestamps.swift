public import Foundation

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, which PostgreSQL uses throughout.
func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

/// The date that is a number of days after 1970-01-01.
func civilFromDays(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
}

private let referenceEpoch = 978_307_200  // 2001-01-01 in seconds since 1970-01-01
private let microsecondsPerDay = 86_400_000_000

extension Date: PostgresEncodable, PostgresDecodable {
    /// ISO 8601 in UTC with microseconds, which is all that `timestamptz` keeps.
    public var postgresBinding: PostgresBinding {
        let seconds = self.timeIntervalSinceReferenceDate
        guard seconds.isFinite, abs(seconds) < 9_000_000_000_000 else {
            return .invalid(.encoding("A date is outside of what a timestamp can hold."))
        }
        let micros = Int((seconds * 1_000_000).rounded()) + referenceEpoch * 1_000_000
        return .text(timestampText(microseconds: micros))
    }

    /// `timestamptz`; `date` is read as midnight UTC.
    public static var postgresTypeName: String { "timestamptz" }

    /// Reads `timestamptz` or `date` in DateStyle ISO, exact to the microsecond.
    ///
    /// A `timestamp` without zone is no point in time and is refused.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Date? {
        var parser = TimestampParser(bytes)
        guard let micros = parser.microseconds() else { return nil }
        let shifted = micros - referenceEpoch * 1_000_000
        return Date(timeIntervalSinceReferenceDate: Double(shifted) / 1_000_000)
    }
}

/// ISO 8601 text of a number of microseconds since 1970-01-01 UTC.
func timestampText(microseconds: Int) -> String {
    var days = microseconds / microsecondsPerDay
    var rest = microseconds % microsecondsPerDay
    if rest < 0 {
        rest += microsecondsPerDay
        days -= 1
    }
    let (year, month, day) = civilFromDays(days)
    let seconds = rest / 1_000_000
    var text = padded(year > 0 ? year : 1 - year, 4)
    text += "-\(padded(month, 2))-\(padded(day, 2)) "
    text += "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    if rest % 1_000_000 != 0 { text += ".\(padded(rest % 1_000_000, 6))" }
    text += "+00"
    if year <= 0 { text += " BC" }
    return text
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Reads `2024-02-29 23:59:59.123456+05:30 BC` and its shorter forms (PostgreSQL manual, section 8.5.2).
struct TimestampParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Microseconds since 1970-01-01 UTC; nil for anything else, `infinity` included.
    mutating func microseconds() -> Int? {
        guard var year = self.digits(4...6), self.take("-"), let month = self.digits(2...2), self.take("-"),
            let day = self.digits(2...2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var micros = 0
        if self.take(" ") {
            if self.take("B") { return self.finishBC(year: &year, month, day, 0) }
            guard let time = self.timeOfDay(), let offset = self.offset() else { return nil }
            micros = time - offset * 1_000_000
            if self.take(" ") {
                guard self.take("B") else { return nil }
                return self.finishBC(year: &year, month, day, micros)
            }
        }
        guard self.position == self.bytes.count else { return nil }
        return daysFromCivil(year: year, month: month, day: day) * microsecondsPerDay + micros
    }

    private mutating func finishBC(year: inout Int, _ month: Int, _ day: Int, _ micros: Int) -> Int? {
        guard self.take("C"), self.position == self.bytes.count else { return nil }
        return daysFromCivil(year: 1 - year, month: month, day: day) * microsecondsPerDay + micros
    }

    private mutating func timeOfDay() -> Int? {
        guard let hour = self.digits(2...2), self.take(":"), let minute = self.digits(2...2), self.take(":"),
            let second = self.digits(2...2), hour <= 24, minute < 60, second <= 60
        else { return nil }
        var micros = 0
        if self.take(".") {
            let start = self.position
            guard let fraction = self.digits(1...6) else { return nil }
            micros = (self.position - start..<6).reduce(fraction) { value, _ in value * 10 }
        }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
    }

    /// Seconds east of UTC.
    ///
    /// Mandatory: without it the text is no point in time.
    private mutating func offset() -> Int? {
        let sign: Int
        if self.take("+") { sign = 1 } else if self.take("-") { sign = -1 } else { return nil }
        guard let hours = self.digits(2...2) else { return nil }
        var seconds = hours * 3600
        if self.take(":") {
            guard let minutes = self.digits(2...2) else { return nil }
            seconds += minutes * 60
            if self.take(":") {
                guard let rest = self.digits(2...2) else { return nil }
                seconds += rest
            }
        }
        return sign * seconds
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: character) else {
            return false
        }
        self.position += 1
        return true
    }

    private mutating func digits(_ count: ClosedRange<Int>) -> Int? {
        var value = 0
        var found = 0
        while found < count.upperBound, self.position < self.bytes.count {
            let digit = self.bytes[self.position] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value * 10 + Int(digit)
            self.position += 1
            found += 1
        }
        return found >= count.lowerBound ? value : nil
    }
}
