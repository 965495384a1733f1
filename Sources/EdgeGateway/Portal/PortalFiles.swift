import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The tenants' portal as files in a folder: what the edge serves itself.
///
/// A path that is no file's is `index.html`, whose scripts know what to show, if it looks like a page and not like a file
/// that is missing.
struct PortalFiles: Sendable {
    private static let index = "/index.html"

    private let folder: String
    private let files: FileMiddleware<EdgeContext, LocalFileSystem>

    init(folder: String, logger: Logger) {
        self.folder = folder
        self.files = FileMiddleware(folder, searchForIndexHtml: true, logger: logger)
    }

    /// The file, or the index.
    ///
    /// - Throws: ``ProblemDetails`` 404 and 405.
    func respond(to request: Request, _ context: EdgeContext) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            throw ProblemDetails.methodNotAllowed([.get, .head])
        }
        let path = request.uri.path
        guard Self.isServable(path) else { throw ProblemDetails.notFound }
        if let response = try await self.file(path, request, context) { return Self.complete(response, path) }
        guard !Self.looksLikeFile(path), let response = try await self.file(Self.index, request, context) else {
            throw ProblemDetails.notFound
        }
        return Self.complete(response, Self.index)
    }

    private func file(_ path: String, _ request: Request, _ context: EdgeContext) async throws -> Response? {
        guard self.isInside(path) else { return nil }
        var head = request.head
        head.path = path
        do {
            let response = try await self.files.handle(
                Request(head: head, body: request.body), context: context
            ) { _, _ in throw HTTPError(.notFound) }
            return response
        } catch let error as HTTPError where error.status == .notFound {
            return nil
        }
    }

    /// Links may lead about inside of the folder, not out of it.
    private func isInside(_ path: String) -> Bool {
        guard let decoded = path.removingPercentEncoding else { return false }
        let root = URL(fileURLWithPath: self.folder).resolvingSymlinksInPath().path
        let file = URL(fileURLWithPath: self.folder + decoded).resolvingSymlinksInPath().path
        return file == root || file.hasPrefix(root + "/")
    }

    /// Hidden files, and whatever could lead out of the folder, do not exist; `.well-known` is meant for everybody.
    private static func isServable(_ path: String) -> Bool {
        guard let decoded = path.removingPercentEncoding, !decoded.utf8.contains(0), !decoded.contains("\\") else {
            return false
        }
        return decoded.split(separator: "/").allSatisfy { $0.first != "." || $0 == ".well-known" }
    }

    private static func looksLikeFile(_ path: String) -> Bool {
        path.split(separator: "/").last?.contains(".") ?? false
    }

    /// Pages are asked for again each time; files under `assets` have their contents in their names.
    private static func complete(_ response: Response, _ path: String) -> Response {
        var response = response
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] =
                path.hasPrefix("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}
