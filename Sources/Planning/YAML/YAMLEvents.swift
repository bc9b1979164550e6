// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// The events of one YAML text, as libyaml finds them.
struct YAMLEvents: ~Copyable {
    /// An event with the place where it begins; lines and columns are counted from 1.
    struct Event {
        enum Kind {
            /// A text that is quoted, or tagged as `!!str`, means no number.
            case scalar(String, isQuoted: Bool)
            case listStart, listEnd
            case mapStart, mapEnd
            case alias
            /// The ends of the stream and of documents, and their beginnings.
            case streamStart, streamEnd
            case documentStart, documentEnd
        }

        var kind: Kind
        /// The name after `&` or `*`.
        var anchor: String?
        var line: Int
    }

    /// Why a text is no YAML.
    struct SyntaxError: Error {
        var problem: String
        var line: Int
        var column: Int
    }

    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    /// The text, which libyaml reads in place.
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) {
        input = .allocate(capacity: text.utf8.count)
        _ = input.initialize(from: text.utf8)
        // It fails for want of memory alone, and then so does everything else.
        guard yaml_parser_initialize(parser) == 1 else { fatalError("no memory for a YAML parser") }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event; not to be called after the stream's end.
    mutating func next() throws(SyntaxError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isQuoted =
                ![YAML_ANY_SCALAR_STYLE, YAML_PLAIN_SCALAR_STYLE].contains(scalar.style)
                || Self.name(scalar.tag) == YAML_STR_TAG
            let text = String(decoding: bytes, as: UTF8.self)
            return Event(
                kind: .scalar(text, isQuoted: isQuoted), anchor: Self.name(scalar.anchor),
                line: line)
        case YAML_SEQUENCE_START_EVENT:
            return Event(
                kind: .listStart, anchor: Self.name(event.data.sequence_start.anchor), line: line)
        case YAML_MAPPING_START_EVENT:
            return Event(
                kind: .mapStart, anchor: Self.name(event.data.mapping_start.anchor), line: line)
        case YAML_ALIAS_EVENT:
            return Event(kind: .alias, anchor: Self.name(event.data.alias.anchor), line: line)
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .listEnd, line: line)
        case YAML_MAPPING_END_EVENT: return Event(kind: .mapEnd, line: line)
        case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, line: line)
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, line: line)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, line: line)
        default: return Event(kind: .streamEnd, line: line)
        }
    }

    private static func name(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    /// What libyaml says of the text; a reader's error, such as bytes that are no UTF-8, has an offset and no line.
    private func failure() -> SyntaxError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        guard parser.pointee.error == YAML_READER_ERROR else {
            let mark = parser.pointee.problem_mark
            return SyntaxError(
                problem: problem, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        }
        let before = input.prefix(Int(parser.pointee.problem_offset))
        let line = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return SyntaxError(problem: problem, line: line.count, column: (line.last?.count ?? 0) + 1)
    }
}
