// SPDX-License-Identifier: Apache-2.0

/// The types that a signature can name, and what each one is in C.
///
///     type                  C                                  what can be bound to it
///     i8 i16 i32 i64        int8_t ... int64_t                 an integer that fits
///     u8 u16 u32 u64        uint8_t ... uint64_t               an integer that fits
///     f32 f64               float, double                      an integer, or a string that is a number
///     bool                  bool (_Bool)                       a boolean
///     str                   const char *, UTF-8                any value, as text
///     path                  const char *                       a path or a string
///     bytes                 const void *, size_t: two          any value, as text; its end is no NUL but the length
///                           arguments of the function
///     fd                    int, a file descriptor             target.fd
///     fn(TYPE,...)->RESULT  a pointer to a function            a service of the host with that type
///     void                  void                               nothing: the type of a result only
package enum CType: String, CaseIterable, Codable, Sendable {
    case i8, i16, i32, i64
    case u8, u16, u32, u64
    case f32, f64
    case bool, str, path, bytes, fd, void

    /// The types of integers, by the least and the greatest number of each; nil for every other type.
    package var range: ClosedRange<Int128>? {
        switch self {
        case .i8: Int128(Int8.min)...Int128(Int8.max)
        case .i16: Int128(Int16.min)...Int128(Int16.max)
        case .i32: Int128(Int32.min)...Int128(Int32.max)
        case .i64: Int128(Int64.min)...Int128(Int64.max)
        case .u8: 0...Int128(UInt8.max)
        case .u16: 0...Int128(UInt16.max)
        case .u32: 0...Int128(UInt32.max)
        case .u64: 0...Int128(UInt64.max)
        default: nil
        }
    }

    /// What the compiler of the function makes of it: types of one form can stand for each other.
    var form: CType {
        switch self {
        case .path: .str
        case .fd: .i32
        default: self
        }
    }

    /// What C calls some of the types, for the hint to those who write that.
    static let namesInC: [String: CType] = [
        "signed": .i32, "short": .i16, "int": .i32, "long": .i64, "ssize_t": .i64,
        "unsigned": .u32, "uint": .u32, "size_t": .u64, "float": .f32, "double": .f64,
        "_Bool": .bool, "boolean": .bool, "string": .str, "text": .str, "int8_t": .i8,
        "int16_t": .i16, "int32_t": .i32, "int64_t": .i64, "uint8_t": .u8, "uint16_t": .u16,
        "uint32_t": .u32, "uint64_t": .u64,
    ]
}
