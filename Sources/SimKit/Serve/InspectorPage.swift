/// The inspector's page.
enum InspectorPage {
    static let html = "<!doctype html><title>shim-sim</title>"
}
