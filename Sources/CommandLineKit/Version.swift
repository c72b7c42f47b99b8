/// The version that all programs of this package share.
package let version = "0.1.0"
