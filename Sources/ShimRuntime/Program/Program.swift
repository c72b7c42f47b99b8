/// What runs for each event: an executable and its arguments.
struct Program: Equatable, Sendable {
    /// The absolute path of what is executed: the program itself, or its interpreter.
    let executable: String
    /// The arguments, without the program's name.
    let arguments: [String]
    /// What the program is called in messages: the last part of its path.
    let name: String
    /// The file that the user named.
    let file: String
}
