/** The product's mark: a screen, its lamp in the colour of how things stand. */
import styles from "./notice.module.css";

export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="5" width="28" height="19" rx="3" />
      <path d="M11 28h10" />
      <circle cx="16" cy="14.5" r="4" />
    </svg>
  );
}
