using System;
using System.Text;

namespace ApsFetch.Interop
{
    /// <summary>Text as the library wants and gives it: zero-terminated UTF-8.</summary>
    internal static unsafe class Text
    {
        // Throws for half of a surrogate pair, instead of sending a question mark.
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        internal static byte[] Encode(string value, string name)
        {
            NoZero(value, name);
            try
            {
                var bytes = new byte[Utf8.GetByteCount(value) + 1];
                Utf8.GetBytes(value, 0, value.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                // The original exception would quote the text, which may be a secret.
                throw new ArgumentException("The text has half of a surrogate pair and so is not Unicode.", name);
            }
        }

        internal static byte[] EncodeOrNull(string value, string name) => value == null ? null : Encode(value, name);

        /// <summary>The library would stop reading there, and take the first half for the whole.</summary>
        internal static void NoZero(string value, string name)
        {
            if (value == null)
            {
                throw new ArgumentNullException(name);
            }
            if (value.IndexOf('\0') >= 0)
            {
                throw new ArgumentException("The text has a zero character in it.", name);
            }
        }

        /// <summary>A path in UTF-16 with a zero at its end, for <c>fixed</c> inside a lambda: Mono's compiler does not
        /// take a captured string there.</summary>
        internal static char[] Utf16(string path, string name)
        {
            NoZero(path, name);
            var characters = new char[path.Length + 1];
            path.CopyTo(0, characters, 0, path.Length);
            return characters;
        }

        internal static string Decode(byte* text)
        {
            if (text == null)
            {
                return null;
            }
            var length = 0;
            while (text[length] != 0)
            {
                length++;
            }
            return Encoding.UTF8.GetString(text, length);
        }
    }
}
