import Foundation
import ToolKit

/// Writes a folder from which `docker build` makes an image on Lambda's own base image.
struct DockerfileWriter: PackageWriter {
    let request: PackRequest
    let staging: Staging

    func checkOutput(_ path: String) throws {
        guard Disk.kind(path) == nil else { throw ToolError.cannotWrite(path: path, cause: "it exists already") }
    }

    func write(_ plan: PackagePlan, from tree: String, _ sizes: SizeTable) throws -> WrittenPackage {
        let folder = staging.path("context")
        try Disk.makeFolder(folder)
        try Disk.move(tree, to: folder + "/package")
        let text = """
            # docker build --platform linux/\(plan.machine == .arm64 ? "arm64" : "amd64") -t \(plan.name.lowercased()) .
            FROM public.ecr.aws/lambda/provided:\(request.target == .al2 ? "al2" : "al2023")
            COPY package/ ${LAMBDA_TASK_ROOT}/
            # The base image starts this file, in the emulator when it is not on Lambda.
            COPY package/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap
            CMD [ "\(plan.launch?.program ?? "")" ]

            """
        try Disk.write(Data(text.utf8), to: folder + "/Dockerfile")
        try Disk.setMode(folder + "/Dockerfile", 0o644)
        try Disk.setMode(folder, 0o755)
        return WrittenPackage(path: folder)
    }
}
