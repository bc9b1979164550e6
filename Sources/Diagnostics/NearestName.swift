// SPDX-License-Identifier: Apache-2.0

/// Finds the known name that a mistyped one was meant to be.
package enum NearestName {
    /// Nobody mistypes a longer name; it comes out of a damaged file, and comparing it would take minutes.
    private static let longest = 100

    /// The candidate with the fewest edits to `name`, if it is near enough to be a plausible slip of the fingers.
    ///
    /// Of equally near ones the first in byte order, so that messages are the same in each run.
    package static func of(_ name: String, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        guard wanted.count <= longest else { return nil }
        let limit = max(1, wanted.count / 3)
        var best: (name: String, edits: Int)?
        for candidate in candidates where candidate != name {
            let edits = distance(wanted, Array(candidate.lowercased().utf8), limit: limit)
            guard edits <= limit else { continue }
            if let known = best, (known.edits, known.name) <= (edits, candidate) { continue }
            best = (candidate, edits)
        }
        return best?.name
    }

    /// "did you mean 'x'?", or nil when nothing is near.
    package static func question(_ name: String, in candidates: some Sequence<String>) -> String? {
        of(name, in: candidates).map { "did you mean '\($0)'?" }
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that make `left` into `right`.
    private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let isSame = left[row] == right[column]
                var edits = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
