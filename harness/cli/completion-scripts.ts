import { shellWord } from '../engine/rerun.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/**
 * What a shell has to read so that it completes `mailspec`: it asks mailspec itself, which alone knows its checks and
 * the targets of this folder; where mailspec knows nothing, the shell offers files.
 * @param command Node and the file that it starts
 */
export function completionScript(shell: Shell, command: readonly string[]): string {
  const ask = [...command, 'complete', '--'].map(shellWord).join(' ');
  switch (shell) {
    case 'bash':
      return `# mailspec in bash. In ~/.bashrc: eval "$(npx --no -- mailspec completion bash)"
_mailspec() {
  local found
  COMPREPLY=()
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(
    ${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null
  )
}
complete -o default -F _mailspec mailspec
`;
    case 'zsh':
      return `#compdef mailspec
# mailspec in zsh. In ~/.zshrc, after compinit: eval "$(npx --no -- mailspec completion zsh)"
_mailspec() {
  local -a found
  found=("\${(@f)$(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then compadd -- $found; else _files; fi
}
compdef _mailspec mailspec
`;
    case 'fish':
      return `# mailspec in fish. In ~/.config/fish/config.fish: npx --no -- mailspec completion fish | source
function __mailspec_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  set -l found (${ask} $words "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c mailspec -f -a '(__mailspec_complete)'
`;
  }
}
