import Foundation
import Testing

/// What the sources import against what the manifest declares.
@Suite struct ImportTests {
    @Test func `every import is a declared arrow`() async throws {
        for target in try await Manifest.current().sources where target.type != .system {
            let known = target.dependencyNames.union(Arrows.system).union([target.name])
            for file in try swiftFiles(in: target.name) {
                for module in try imports(of: file) where !known.contains(module) {
                    Issue.record("\(target.name)/\(file.lastPathComponent) imports \(module), which is not declared")
                }
            }
        }
    }

    @Test func `the domain imports Foundation, what comes with Swift, and nothing else`() throws {
        let files = try swiftFiles(in: "Tenancy")
        #expect(!files.isEmpty)
        for file in files {
            let others = try imports(of: file).subtracting(["Foundation", "Synchronization"])
            #expect(others.isEmpty, "Tenancy/\(file.lastPathComponent) imports \(others.sorted())")
        }
    }

    @Test func `an import is recognised in all its spellings`() {
        let text = """
            import A
            public import B
            @testable import C
            @preconcurrency internal import struct D.Thing
              import func E.call  // why
            // import F
            let text = "import G"
            #if canImport(H)
            import H
            #endif
            """
        #expect(modules(importedBy: text) == ["A", "B", "C", "D", "E", "H"])
    }

    private func swiftFiles(in target: String) throws -> [URL] {
        let place = target == "Ledger" ? "Examples/Ledger/Sources/Ledger" : "Sources/\(target)"
        let folder = Manifest.root.appendingPathComponent(place, isDirectory: true)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return paths.filter { $0.hasSuffix(".swift") }.map { folder.appendingPathComponent($0) }
    }

    private func imports(of file: URL) throws -> Set<String> {
        try modules(importedBy: String(contentsOf: file, encoding: .utf8))
    }

    private func modules(importedBy text: String) -> Set<String> {
        let statement =
            /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
        return Set(text.split(separator: "\n").compactMap { $0.firstMatch(of: statement).map { String($0.1) } })
    }
}
