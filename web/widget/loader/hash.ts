// The part of the page's address that asks for an open chat.
export function isExpandedHash(): boolean {
  return /^#(brevoConversations|parlour)Expanded$/.test(location.hash);
}
