import CommandLineKit
import DeployKit
import FunctionFile

/// Publishes a layer where its content is new.
struct LayerDeployment {
    let session: Session

    func deploy(_ name: String, path: String, sha256: String, architecture: String?) throws {
        let client = try session.client()
        let console = session.console
        let layer = Desired.Layer.zip(name: name, path: path, sha256: sha256, bytes: 0)
        let survey = Survey(client: client)
        let newest = try survey.newestLayer(name)
        if newest?.at("Content", "CodeSha256")?.string == sha256 {
            console.say("= layer \(name): nothing to do")
            try console.print((newest?["LayerVersionArn"]?.string ?? "") + "\n")
            return
        }
        var desired = Desired(name: name)
        desired.layers = [layer]
        desired.architecture = architecture
        var plan = Plan()
        plan.add(sideBySide: Planner(desired: desired, observed: Observed()).layerLanes)
        if session.arguments.flag("--dry-run") {
            for line in plan.commands(client.commands) { try console.print(line + "\n") }
            return
        }
        let runner = session.runner(client)
        try runner.run(plan)
        try console.print((runner.variables.values.first ?? "") + "\n")
    }
}
