/** The product's mark: a screen, its lamp in the colour of how things stand. */

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="mark-screen" x="2" y="5" width="28" height="19" rx="3" />
      <path className="mark-foot" d="M11 28h10" />
      <circle className="mark-lamp" cx="16" cy="14.5" r="4" />
    </svg>
  );
}
