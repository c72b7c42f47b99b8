import ImageKit
import Foundation
import Platform

/// A folder as `shim-pack --dockerfile` writes it: Lambda's own base image, and a package that is copied to the task's root.
///
/// Other Dockerfiles need a container engine.
enum DockerfileFolder {
    /// The target that such a folder is.
    static func target(_ folder: String) throws(SimError) -> Target {
        let file = folder + "/Dockerfile"
        let text: String
        do throws(SystemError) {
            text = String(decoding: try Files.read(file, atMost: 1 << 20), as: UTF8.self)
        } catch {
            throw .file(operation: "read", path: file, error)
        }
        var package: String?
        var handler: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case nil: continue
            case "FROM" where words.count == 2 && words[1].contains("/lambda/provided:"): continue
            case "COPY" where words.count == 3 && isTaskRoot(words[2]):
                guard package == nil else {
                    throw .unusableDockerfile(folder, problem: "it copies more than one folder")
                }
                package = words[1]
            case "COPY" where words.count == 3 && words[2].hasPrefix("${LAMBDA_RUNTIME_DIR}/bootstrap"): continue
            case "CMD": handler = (try? JSONDecoder().decode([String].self, from: Data(line.dropFirst(3).utf8)))?.first
            case let word? where word.hasPrefix("#"): continue
            case let word?:
                throw .unusableDockerfile(
                    folder,
                    problem: "its Dockerfile has '\(word) \(words.dropFirst().first ?? "")'"
                )
            }
        }
        guard let package, let handler else {
            throw .unusableDockerfile(folder, problem: "it copies no package, or has no CMD")
        }
        guard let real = ContainedPath.real(package, in: folder), Files.status(real)?.isDirectory == true else {
            throw .unusableDockerfile(folder, problem: "there is no folder '\(package)' in it")
        }
        return .dockerfile(path: folder, package: real, handler: handler)
    }

    private static func isTaskRoot(_ place: String) -> Bool {
        ["${LAMBDA_TASK_ROOT}", "$LAMBDA_TASK_ROOT", "/var/task"].contains { place == $0 || place == $0 + "/" }
    }
}
