import Lab
import Testing

extension CommandTests {
  /// What shells and man make of what the program prints for them.
  @Suite struct Shells {
    @Test func bashCompletes() async throws {
      let script = """
        set -eu
        source <("$B" completions bash)
        complete -p bellman | grep -q _bellman
        words() {
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
          COMPREPLY=()
          _bellman "$1" "${!#}" "${@: -2:1}" || true
          echo "${COMPREPLY[@]}"
        }
        PATH="${B%/*}:$PATH"
        set +eu
        words bellman sta
        words bellman status in
        words bellman status -o w
        """
      let result = try await Program.shell(script)
      #expect(result.output == "status\ninterfaces\nwide\n", "\(result.error)")
    }

    @Test func namesAreCompletedFromTheSpeaker() async throws {
      try await SpeakerRig.run { rig in
        let result = try await Program.run(
          "---completion", "explain", "--", "positional@0", "2", "0", "bellman", "explain", "",
          "--socket", rig.socket)
        #expect(
          result.output.split(separator: "\n") == ["192.0.2.200", "shop/web"],
          "\(result.output)\(result.error)")
      }
    }

    @Test(arguments: [("zsh", Helper.zsh), ("fish", Helper.fish)])
    func otherShellsReadTheirScript(_ shell: String, _ helper: Helper) async throws {
      let script = try await Program.run("completions", shell)
      #expect(script.status == 0 && script.output.contains("bellman"))
      guard await helper.isPresent() else { return }
      let result = try await Program.shell("\"$B\" completions \(shell) | \(shell) -n /dev/stdin")
      #expect(result.status == 0 && result.error == "", "\(result.error)")
    }

    @Test func fishCompletes() async throws {
      guard await Helper.fish.isPresent() else { return }
      let script = """
        export PATH="${B%/*}:$PATH"
        fish -c 'bellman completions fish | source
          for line in "bellman sta" "bellman status in" "bellman status -o w"
            complete -C $line | cut -f 1
          end'
        """
      let result = try await Program.shell(script)
      #expect(result.output == "status\ninterfaces\nwide\n", "\(result.error)")
    }

    /// In a terminal of its own, as zsh completes nowhere else.
    @Test func zshCompletes() async throws {
      guard await Helper.zsh.isPresent() else { return }
      let script = #"""
        export PATH="${B%/*}:$PATH" D=$(mktemp -d)
        trap 'rm -rf "$D"' EXIT
        bellman completions zsh >"$D/_bellman"
        timeout 60 zsh -f -c '
          zmodload zsh/zpty
          zpty shell zsh -f
          zpty -w shell "fpath=($D \$fpath); autoload -U compinit; compinit -u -d $D/dump"
          zpty -w shell "bindkey \"^I\" complete-word; echo RE\"\"ADY"
          zpty -r shell text "*READY*"
          zpty -n -w shell $'"'"'bellman status in\t'"'"'
          zpty -r shell text "*bellman status interfaces*" && echo completed
          zpty -d shell'
        """#
      let result = try await Program.shell(script)
      #expect(result.output == "completed\n", "\(result.output)\(result.error)")
    }

    @Test func theManualIsGoodRoff() async throws {
      guard await Helper.groff.isPresent() else { return }
      let checked = try await Program.shell("\"$B\" man | groff -man -ww -Tutf8 -z")
      #expect(checked.status == 0 && checked.output + checked.error == "", "\(checked.error)")
      let page = try await Program.shell("\"$B\" man | groff -man -Tascii -P-cbou -rLL=200n")
      for text in [
        "bellman status [options] [view]", "EXIT STATUS", "shown, but not all speakers answered",
        "-f, --follow", "--socket <path>", "bellman completions bash",
      ] {
        #expect(page.output.contains(text), "\(text)")
      }
      #expect(!page.output.contains("lab-pod"))
    }
  }
}
