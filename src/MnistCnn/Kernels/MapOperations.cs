using System.Numerics;

namespace MnistCnn.Kernels;

/// <summary>Operations on rows of numbers of any length. Every number is computed by itself, so that the register width changes no bit.</summary>
internal static unsafe class MapOperations
{
    private static readonly int Width = Vector<float>.Count;

    /// <summary>x where it is above zero, else slope · x; NaN stays. A slope of zero gives zero, of −∞ too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rectify(float* source, float* destination, int length, float slope)
    {
        int i = 0;
        for (; i <= length - Width; i += Width)
        {
            Vector<float> x = Vector.Load(source + i);
            Vector.ConditionalSelect(Vector.LessThanOrEqual(x, Vector<float>.Zero), slope == 0 ? Vector<float>.Zero : x * slope, x).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = source[i] <= 0 ? (slope == 0 ? 0 : source[i] * slope) : source[i];
        }
    }

    /// <summary>The gradient of <see cref="Rectify"/>: as it is where x is above zero or NaN, else times the slope.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RectifyBackward(float* x, float* gradient, float* destination, int length, float slope)
    {
        int i = 0;
        for (; i <= length - Width; i += Width)
        {
            Vector<float> g = Vector.Load(gradient + i);
            Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Load(x + i), Vector<float>.Zero), slope == 0 ? Vector<float>.Zero : g * slope, g)
                .Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = x[i] <= 0 ? (slope == 0 ? 0 : gradient[i] * slope) : gradient[i];
        }
    }

    /// <summary>Where x is not above zero, so is its gradient.</summary>
    public static void Gate(float* x, float* gradient, int length) => RectifyBackward(x, gradient, gradient, length, slope: 0);

    /// <summary>destination = source · scale, or + source · scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* source, float* destination, int length, float scale, bool add)
    {
        int i = 0;
        for (; i <= length - Width; i += Width)
        {
            Vector<float> product = Vector.Load(source + i) * scale;
            (add ? Vector.Load(destination + i) + product : product).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = add ? destination[i] + source[i] * scale : source[i] * scale;
        }
    }

    /// <summary>x · scale + shift, with ReLU if asked, channel by channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(float* source, float* destination, int pixels, int channels, float* scale, float* shift, bool relu)
    {
        for (int p = 0; p < pixels; p++, source += channels, destination += channels)
        {
            int c = 0;
            for (; c <= channels - Width; c += Width)
            {
                Vector<float> y = Vector.Load(source + c) * Vector.Load(scale + c) + Vector.Load(shift + c);
                (relu ? Vector.ConditionalSelect(Vector.LessThanOrEqual(y, Vector<float>.Zero), Vector<float>.Zero, y) : y).Store(destination + c);
            }

            for (; c < channels; c++)
            {
                float y = source[c] * scale[c] + shift[c];
                destination[c] = relu && y <= 0 ? 0 : y;
            }
        }
    }

    /// <summary>Adds to sums, channel by channel: of x, and of its products with y less the mean.</summary>
    /// <param name="x">Pixels.</param>
    /// <param name="y">Other pixels.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="channels">Floats of a pixel.</param>
    /// <param name="mean">Of y.</param>
    /// <param name="sums">Receives the sums of x; none where null.</param>
    /// <param name="products">Receives the sums of products.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumProducts(float* x, float* y, int pixels, int channels, float* mean, float* sums, float* products)
    {
        int c = 0;
        for (; c <= channels - Width; c += Width)
        {
            Vector<float> sum = Vector<float>.Zero, product = Vector<float>.Zero, middle = Vector.Load(mean + c);
            float* a = x + c, b = y + c;
            for (int p = 0; p < pixels; p++, a += channels, b += channels)
            {
                Vector<float> value = Vector.Load(a);
                sum += value;
                product += value * (Vector.Load(b) - middle);
            }

            if (sums is not null)
            {
                (Vector.Load(sums + c) + sum).Store(sums + c);
            }

            (Vector.Load(products + c) + product).Store(products + c);
        }

        for (; c < channels; c++)
        {
            float sum = 0, product = 0;
            for (int p = 0; p < pixels; p++)
            {
                float value = x[(nint)p * channels + c];
                sum += value;
                product += value * (y[(nint)p * channels + c] - mean[c]);
            }

            if (sums is not null)
            {
                sums[c] += sum;
            }

            products[c] += product;
        }
    }

    /// <summary>Adds to the sums of squares of x less its mean, channel by channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumSquares(float* x, int pixels, int channels, float* mean, float* squares)
    {
        int c = 0;
        for (; c <= channels - Width; c += Width)
        {
            Vector<float> square = Vector<float>.Zero, middle = Vector.Load(mean + c);
            float* a = x + c;
            for (int p = 0; p < pixels; p++, a += channels)
            {
                Vector<float> difference = Vector.Load(a) - middle;
                square += difference * difference;
            }

            (Vector.Load(squares + c) + square).Store(squares + c);
        }

        for (; c < channels; c++)
        {
            float square = 0;
            for (int p = 0; p < pixels; p++)
            {
                float difference = x[(nint)p * channels + c] - mean[c];
                square += difference * difference;
            }

            squares[c] += square;
        }
    }

    /// <summary>destination = gradient · scale + x · slope + shift, channel by channel: the backward pass of a normalisation. In place if asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NormalizeBackward(float* x, float* gradient, float* destination, int pixels, int channels, float* scale, float* slope, float* shift)
    {
        for (int p = 0; p < pixels; p++, x += channels, gradient += channels, destination += channels)
        {
            int c = 0;
            for (; c <= channels - Width; c += Width)
            {
                (Vector.Load(gradient + c) * Vector.Load(scale + c) + Vector.Load(x + c) * Vector.Load(slope + c) + Vector.Load(shift + c))
                    .Store(destination + c);
            }

            for (; c < channels; c++)
            {
                destination[c] = gradient[c] * scale[c] + x[c] * slope[c] + shift[c];
            }
        }
    }
}
