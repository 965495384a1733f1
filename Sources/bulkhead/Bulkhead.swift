import ArgumentParser

@main
struct Bulkhead: AsyncParsableCommand {
    mutating func run() async throws {}
}
