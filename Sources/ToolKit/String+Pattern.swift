extension String {
    /// Whether the whole text is what a regular expression describes.
    ///
    /// The expressions are constants, and tested: one that is not an expression fits nothing.
    package func fits(_ pattern: String) -> Bool {
        guard let pattern = try? Regex(pattern) else { return false }
        return (try? pattern.wholeMatch(in: self)) != nil
    }
}
