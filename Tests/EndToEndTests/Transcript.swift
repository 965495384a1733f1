import Foundation
import Testing

/// What a README tells people to type.
enum Transcript {
    /// The blocks of a file of the repository that are marked as parts of its quick start, in order.
    static func read(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```sh quickstart\n").dropFirst().map { block in
            block.components(separatedBy: "\n```")[0]
        }
        try #require(!blocks.isEmpty)
        return blocks.joined(separator: "\n")
    }
}
