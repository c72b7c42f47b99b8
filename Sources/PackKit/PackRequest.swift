/// What a package is made from and what is made of it: the packer's options as values.
package struct PackRequest: Sendable {
    /// What is written.
    package enum Form: Equatable, Sendable {
        /// A zip archive for a function.
        case function
        /// A zip archive for a layer.
        case layer
        /// An OCI image archive.
        case image
        /// A folder with a Dockerfile and what it copies.
        case dockerfile
    }

    /// A file that is written for the package.
    package struct Text: Equatable, Sendable {
        /// What is in it.
        package let text: String
        /// Whether it is a program.
        package var isExecutable = false
    }

    /// The program; a layer may do without.
    package var program: String?
    /// Its place in the package, where that is not its name's.
    package var programPlace: String?
    /// Words between the program and its fixed arguments, in which `$LAMBDA_TASK_ROOT` is the package's folder.
    package var programWords: [String] = []
    /// Files that are written for the package, by their place.
    package var texts: [String: Text] = [:]
    /// The program's fixed arguments.
    package var arguments: [String] = []
    /// What is written.
    package var form = Form.function
    /// The file or folder to write.
    package var output: String
    /// Where the package is to start.
    package var target = Target.al2023
    /// Whether glibc comes along.
    package var glibc = GlibcChoice.auto
    /// The root of another system that the program's libraries are taken from.
    package var sysroot: String?
    /// The static bootstrap program; `nil` for a layer that does not start functions.
    package var shim: BootstrapProgram?
    /// A template for `bootstrap` in place of the built-in one.
    package var template: String?
    /// What is taken along by name.
    package var inclusions: [Inclusion] = []
    /// What is left out of what is taken along, as patterns.
    package var exclusions: [String] = []
    /// The same, of a language's recipe, which may name what this machine does not have.
    package var recipeExclusions: [String] = []
    /// Variables that the program will find.
    package var variables: [PackVariable] = []
    /// Whether a script's interpreter is taken along.
    package var packsInterpreter = false
    /// Whether copies are stripped of debugging symbols.
    package var strips = false
    /// Layers that the function will have: what is in them is left out.
    package var layers: [String] = []
    /// Events to observe the program with.
    package var observedEvents: [[UInt8]] = []
    /// Whether files that will not be found are an error.
    package var isStrict = false
    /// An OCI layout or archive that an image is based on.
    package var base: String?
    /// What the program was seen to use.
    var observation = Observation()

    /// Whether it is an image with nothing in it but the package.
    var isFromScratch: Bool { form == .image && base == nil }

    /// Makes a request from the parts that have no default.
    package init(program: String?, output: String, shim: BootstrapProgram?) {
        self.program = program
        self.output = output
        self.shim = shim
    }
}
